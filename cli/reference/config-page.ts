import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { table } from "../../drills/report/table.ts";
import { readConfiguration } from "../../infra/configuration/configuration.ts";
import { PersonError } from "../../infra/errors.ts";
import { collectResourceGraph } from "../../infra/policy/resource-graph/collect.ts";
import { projectRoot } from "../../infra/project.ts";
import type { Role } from "../../infra/topology.ts";

const targets = ["docker", "aws"] as const;
type Target = (typeof targets)[number];

/** What a change of a key does to a stack that runs. */
export interface KeyChange {
  does: Partial<Record<Target, string>>;
  /** The roles on Docker whose containers differ afterwards; a test holds it against the resource graph. */
  containers?: Role[];
  /** Another value than the default, and what it needs beside it: what the test deploys. */
  try?: Record<string, string>;
}

/** What config-changes.yaml has to say; secrets are not in Pulumi.yaml, so their meaning is here too. */
export interface ConfigChanges {
  keys: Record<string, KeyChange>;
  secrets: Record<string, KeyChange & { is: string }>;
}

interface DeclaredKey {
  type: string;
  default: string | number | boolean | object;
  description: string;
}

export function readConfigChanges(): ConfigChanges {
  return parse(readFileSync(path.join(import.meta.dirname, "config-changes.yaml"), "utf8"));
}

function readDeclaredKeys(): Record<string, DeclaredKey> {
  return parse(readFileSync(path.join(projectRoot, "Pulumi.yaml"), "utf8")).config;
}

/** The tables of docs/configuration.md, by their markers: from Pulumi.yaml, the reader of the config, and config-changes.yaml. */
export async function configSections(): Promise<Record<string, string>> {
  const declared = readDeclaredKeys();
  const { keys: changes, secrets } = readConfigChanges();
  const names = [...Object.keys(declared), ...Object.keys(secrets)];
  const allowed = { docker: await allowedValues("docker", names), aws: await allowedValues("aws", names) };

  const rows = (used: (key: string) => boolean) =>
    Object.entries(declared)
      .filter(([key]) => used(key))
      .map(([key, { type, default: fallback, description }]) => [
        code(key),
        type,
        fallback === "" || typeof fallback === "object" ? "empty" : code(String(fallback)),
        perTarget({ docker: allowed.docker[key], aws: allowed.aws[key] }),
        asSentence(description, allowed.docker[key] ?? allowed.aws[key] ?? ""),
        perTarget(changes[key]?.does ?? {}),
      ]);
  const head = ["key", "type", "default", "allowed", "what it is", "what a change does"];
  const onDocker = (key: string) => key in allowed.docker;
  const onAws = (key: string) => key in allowed.aws || key === "target";
  return {
    "config-both": table(
      head,
      rows((key) => onDocker(key) && onAws(key)),
    ),
    "config-docker": table(
      head,
      rows((key) => onDocker(key) && !onAws(key)),
    ),
    "config-aws": table(
      head,
      rows((key) => !onDocker(key) && onAws(key)),
    ),
    "config-secrets": table(
      ["secret", "allowed", "what it is", "what a change does"],
      Object.entries(secrets).map(([key, { is, does }]) => [
        code(key),
        perTarget({ docker: allowed.docker[key] ?? "any text" }),
        is,
        perTarget(does),
      ]),
    ),
  };
}

/** A value that no key takes, so that the reader says of each what it would take. */
const refusedEverywhere = '"';

/** What the reader of the config allows for each key that the target has, in its own words. */
async function allowedValues(target: Target, keys: string[]): Promise<Record<string, string>> {
  const config = Object.fromEntries(keys.map((key) => [`capstone:${key}`, refusedEverywhere]));
  if (target === "aws") config["capstone:target"] = "aws";
  const read = async () => readConfiguration();
  const refused = await collectResourceGraph(read, { stack: "dev", config }).then(
    () => "",
    (error) => {
      if (error instanceof PersonError) return error.message;
      throw error;
    },
  );
  const sentences = refused.matchAll(
    /^capstone:(\w+) (?:is """; allowed is (?<allowed>.*)|has 1 characters; at least (?<least>\d+) are needed)\.$/gm,
  );
  return Object.fromEntries(
    [...sentences].map(({ 1: key, groups }) => [
      key,
      groups?.least ? `at least ${groups.least} characters` : shortened(groups?.allowed ?? ""),
    ]),
  );
}

/** Without the target that it begins with, whose table it is in; a value that it begins with stays as it is written. */
function asSentence(description: string, allowed: string): string {
  const text = description.replace(/^(docker|aws): /, "");
  const [first = ""] = text.split(/[ ,;]/);
  if (first.includes("/") || allowed.includes(code(first))) return text;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function shortened(allowed: string): string {
  return allowed
    .replace(/^a whole number from /, "")
    .replace(/^one of (.*)$/, (_, list: string) => list.split(", ").map(code).join(", "))
    .replace(/^true or false$/, "`true`, `false`")
    .replace(/^\* or/, "`*`, or");
}

/** One text where the targets agree or only one has it, else each with its target. */
function perTarget(texts: Partial<Record<Target, string | undefined>>): string {
  const said = targets.flatMap((target) => (texts[target] ? [[target, texts[target]] as const] : []));
  if (new Set(said.map(([, text]) => text)).size <= 1) return said[0]?.[1] ?? "";
  return said.map(([target, text]) => `${target}: ${text}`).join(" ");
}

function code(text: string): string {
  return `\`${text}\``;
}
