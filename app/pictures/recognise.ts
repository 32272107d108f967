/**
 * What a file begins as. Nothing else decides which decoder sees it: not its name, nor what its sender says.
 * @returns A media type; "other" for what is none that people send as pictures.
 */
export function recognise(file: Buffer): string {
  const starts = (text: string, at = 0) => file.toString("latin1", at, at + text.length) === text;
  if (starts("\xff\xd8\xff")) return "image/jpeg";
  if (starts("\x89PNG\r\n\x1a\n")) return "image/png";
  if (starts("GIF87a") || starts("GIF89a")) return "image/gif";
  if (starts("RIFF") && starts("WEBP", 8)) return "image/webp";
  if (starts("II*\0") || starts("MM\0*")) return "image/tiff";
  if (starts("ftyp", 4)) return brands[file.toString("latin1", 8, 12)] ?? "other";
  return /^\s*(<\?xml|<svg|<!doctype svg)/i.test(file.toString("latin1", 0, 256)) ? "image/svg+xml" : "other";
}

/** ISO base media files, by their major brand. */
const brands: Record<string, string> = {
  ...Object.fromEntries(
    ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"].map((brand) => [brand, "image/heic"]),
  ),
  avif: "image/avif",
  avis: "image/avif",
};
