import { globSync, statSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "./project.ts";
import { sourceHash } from "./source-hash.ts";

/** A service's folder of static files, and where in the bucket they are. */
export interface StaticFolder {
  /** Relative to the project's root. */
  folder: string;
  /** In the bucket, with a slash at its end: it changes with the contents, so whatever is under it may be cached for ever. */
  prefix: string;
}

export const staticCacheControl = "public, max-age=31536000, immutable";

/** Undefined where the service has none. */
export function staticFolderOf(service: { folder: string; assets?: string }): StaticFolder | undefined {
  if (service.assets === undefined) return undefined;
  const folder = path.posix.join(service.folder, service.assets);
  const hash = sourceHash({ context: folder, dockerfile: "", files: ["**"], documents: true });
  return { folder, prefix: `static/${hash}/` };
}

/** Every file in it, relative to the folder, in the order of names. */
export function filesIn(folder: string, root = projectRoot): string[] {
  const absolute = path.join(root, folder);
  return globSync("**", { cwd: absolute })
    .filter((file) => statSync(path.join(absolute, file)).isFile())
    .sort();
}

const contentTypes: Record<string, string> = {
  ".avif": "image/avif",
  ".css": "text/css; charset=utf-8",
  ".gif": "image/gif",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".mp4": "video/mp4",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
  ".xml": "application/xml",
};

/** By the end of its name. */
export function contentTypeOf(file: string): string {
  return contentTypes[path.extname(file).toLowerCase()] ?? "application/octet-stream";
}
