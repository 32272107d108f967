import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";

/** Invalid settings, one sentence each. */
export class SettingsError extends Error {
  override name = "SettingsError";
}

/** Reads settings one by one and collects the errors, so that all are shown at once. */
export class SettingsReader {
  private readonly refusals: string[] = [];
  private readonly environment: NodeJS.ProcessEnv;

  constructor(environment: NodeJS.ProcessEnv) {
    this.environment = environment;
  }

  optional(name: string): string | undefined {
    return this.environment[name] || undefined;
  }

  textOr(name: string, fallback: string): string {
    return this.optional(name) ?? fallback;
  }

  text(name: string, allowed: string, pattern: RegExp): string {
    const value = this.optional(name);
    if (value === undefined) this.refuse(`${name} is not set; it takes ${allowed}.`);
    else if (!pattern.test(value)) this.refuse(`${name} is "${value}"; allowed is ${allowed}.`);
    return value ?? "";
  }

  integer(name: string, fallback: number, least: number, most: number): number {
    const text = this.optional(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      this.refuse(`${name} is "${text}"; allowed is a whole number from ${least} to ${most}.`);
    }
    return value;
  }

  oneOf(name: string, fallback: string, allowed: readonly string[]): string {
    const value = this.textOr(name, fallback);
    if (!allowed.includes(value))
      this.refuse(`${name} is "${value}"; allowed is one of ${allowed.join(", ")}.`);
    return value;
  }

  url(name: string, protocols: readonly string[], form: string): URL | undefined {
    const text = this.optional(name);
    const url = text === undefined ? null : URL.parse(text);
    if (text === undefined) this.refuse(`${name} is not set; it looks like ${form}.`);
    else if (!url || !protocols.includes(url.protocol))
      this.refuse(`${name} is no address of the form ${form}.`);
    return url ?? undefined;
  }

  addresses(name: string): string[] {
    const entries = this.textOr(name, "")
      .split(/[\s,]+/)
      .filter(Boolean);
    for (const entry of entries) {
      const [address = "", bits, ...rest] = entry.split("/");
      const most = isIP(address) === 6 ? 128 : 32;
      const bitsAreRight = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
      if (isIP(address) === 0 || !bitsAreRight || rest.length > 0) {
        this.refuse(`${name} has "${entry}"; allowed are addresses and networks such as 10.0.0.0/16.`);
      }
    }
    return entries;
  }

  file(name: string): string | undefined {
    const path = this.optional(name);
    return path === undefined ? undefined : this.contents(path, name);
  }

  secret(name: string): string | undefined {
    const value = this.optionalSecret(name);
    if (value === undefined) this.refuse(`The secret ${name} is missing: ${this.secretPlace(name)}.`);
    return value;
  }

  optionalSecret(name: string): string | undefined {
    const directory = this.optional("SECRETS_DIRECTORY");
    if (directory === undefined) return this.optional(variableName(name));
    try {
      return readFileSync(join(directory, name), "utf8").trim() || undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      this.refuse(`The secret ${name} cannot be read: ${(error as Error).message}.`);
      return undefined;
    }
  }

  /** Runs a parser that throws sentences for people; its error names the setting. */
  parsed<T>(name: string, text: string | undefined, parse: (text: string) => T): T | undefined {
    if (text === undefined) return undefined;
    try {
      return parse(text);
    } catch (error) {
      this.refuse(`${name} ${(error as Error).message}`);
      return undefined;
    }
  }

  refuse(sentence: string): void {
    this.refusals.push(sentence);
  }

  finish(): void {
    if (this.refusals.length > 0) throw new SettingsError(this.refusals.join("\n"));
  }

  private contents(path: string, name: string): string | undefined {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      this.refuse(`${name} names ${path}, which cannot be read: ${(error as Error).message}.`);
      return undefined;
    }
  }

  private secretPlace(name: string): string {
    const directory = this.optional("SECRETS_DIRECTORY");
    return directory === undefined
      ? `set ${variableName(name)}, or SECRETS_DIRECTORY with a file ${name}`
      : `there is no file ${join(directory, name)}`;
  }
}

function variableName(secret: string): string {
  return secret.toUpperCase().replaceAll("-", "_");
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
