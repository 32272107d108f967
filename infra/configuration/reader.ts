import type * as pulumi from "@pulumi/pulumi";
import { PersonError } from "../errors.ts";

/** Reads keys one by one and collects the errors, so that all are shown at once. */
export class ConfigurationReader {
  private readonly refusals: string[] = [];
  private readonly config: pulumi.Config;

  constructor(config: pulumi.Config) {
    this.config = config;
  }

  /** A fallback out of the range is allowed beside it. */
  integer(key: string, fallback: number, least: number, most: number): number {
    const text = this.config.get(key);
    if (text === undefined || text === "") return fallback;
    const value = Number(text);
    const fits = (number: number) => number >= least && number <= most;
    if (!Number.isInteger(value) || !(fits(value) || value === fallback)) {
      const besides = fits(fallback) ? "" : `${fallback} or `;
      this.refuse(
        `${this.name(key)} is "${text}"; allowed is ${besides}a whole number from ${least} to ${most}.`,
      );
      return fallback;
    }
    return value;
  }

  oneOf<T extends string>(key: string, fallback: T, allowed: readonly T[]): T {
    const text = this.config.get(key);
    if (text === undefined || text === "") return fallback;
    const value = allowed.find((candidate) => candidate === text);
    if (value === undefined)
      this.refuse(`${this.name(key)} is "${text}"; allowed is one of ${allowed.join(", ")}.`);
    return value ?? fallback;
  }

  allDifferent(values: Record<string, number>): void {
    for (const [key, value] of Object.entries(values)) {
      const twin = Object.keys(values).find((other) => other < key && values[other] === value);
      if (twin)
        this.refuse(`${this.name(key)} is ${value}, as is ${this.name(twin)}; every port must be its own.`);
    }
  }

  boolean(key: string, fallback: boolean): boolean {
    const text = this.config.get(key);
    if (text === undefined || text === "") return fallback;
    if (text !== "true" && text !== "false")
      this.refuse(`${this.name(key)} is "${text}"; allowed is true or false.`);
    return text === "true";
  }

  /**
   * @param pattern what the whole value must match.
   * @param allowed the pattern in words, to end "allowed is ...".
   */
  text(key: string, pattern: RegExp, allowed: string): string | undefined {
    const text = this.config.get(key);
    if (text === undefined || text === "") return undefined;
    if (!pattern.test(text)) this.refuse(`${this.name(key)} is "${text}"; allowed is ${allowed}.`);
    return text;
  }

  /** A secret's value is never part of a sentence. */
  secret(key: string, leastLength: number): pulumi.Output<string> | undefined {
    const text = this.config.get(key);
    if (text === undefined || text === "") return undefined;
    if (text.length < leastLength)
      this.refuse(`${this.name(key)} has ${text.length} characters; at least ${leastLength} are needed.`);
    return this.config.requireSecret(key);
  }

  /** Names with texts; what Pulumi took for a number or for true is a text again. */
  texts(key: string, fallback: Record<string, string>): Record<string, string> {
    const text = this.config.get(key);
    if (text === undefined || text === "") return fallback;
    const value = parsed(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    const entries = isObject ? Object.entries(value) : undefined;
    if (entries?.some(([, entry]) => typeof entry === "object") ?? true) {
      this.refuse(
        `${this.name(key)} is "${text}"; allowed is names with texts, as set by --path ${key}.NAME.`,
      );
      return {};
    }
    return Object.fromEntries((entries ?? []).map(([name, entry]) => [name, String(entry)]));
  }

  /** The same where the texts are secrets: no sentence shows one. */
  secrets(key: string, allowed: string[], why: string): Record<string, pulumi.Output<string>> {
    const text = this.config.get(key);
    if (text === undefined || text === "") return {};
    const value = parsed(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.refuse(`${this.name(key)} has no names; set each with --secret --path ${key}.NAME.`);
      return {};
    }
    for (const [name, entry] of Object.entries(value)) {
      if (!allowed.includes(name))
        this.refuse(
          `${this.name(key)} has ${name}; allowed ${allowed.length > 0 ? `is ${allowed.join(", ")}` : "is none"}, ${why}.`,
        );
      else if (typeof entry === "object" || String(entry) === "")
        this.refuse(`${this.name(key)} has no text for ${name}; set it with --secret --path ${key}.${name}.`);
    }
    const names = Object.keys(value);
    const secret = this.config.requireSecretObject<Record<string, unknown>>(key);
    return Object.fromEntries(names.map((name) => [name, secret.apply((values) => String(values[name]))]));
  }

  refuse(sentence: string): void {
    this.refusals.push(sentence);
  }

  finish(): void {
    if (this.refusals.length > 0) throw new PersonError(this.refusals.join("\n"));
  }

  private name(key: string): string {
    return `capstone:${key}`;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
