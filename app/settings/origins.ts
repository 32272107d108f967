/**
 * Reads origins, separated by spaces or commas.
 * @throws Error whose message ends the sentence "CORS_ORIGINS …".
 */
export function parseOrigins(text: string): string[] {
  const origins = text.split(/[\s,]+/).filter(Boolean);
  for (const origin of origins) {
    const url = URL.parse(origin);
    const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.origin === origin;
    if (origin !== "*" && !isOrigin)
      throw new Error(`has "${origin}"; allowed is * or an origin such as https://app.example.com.`);
  }
  return origins;
}
