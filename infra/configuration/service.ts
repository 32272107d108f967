import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import Ajv from "ajv/dist/2020.js";
import { parseDocument } from "yaml";
import { PersonError } from "../errors.ts";
import { projectRoot } from "../project.ts";
import schema from "../service.schema.json" with { type: "json" };
import { type ImageSource, sourceHash } from "../source-hash.ts";
import { refusalOf } from "./service-refusals.ts";

/** What `service.yaml` says, with its defaults; infra/service.schema.json says what each key means. */
interface Declaration {
  name: string;
  port: number;
  user: number;
  health: string;
  drainingText?: string;
  healthCheck?: string[];
  memoryMegabytes: number;
  writablePaths: string[];
  stopSeconds: number;
  startSeconds: number;
  migrate?: string[];
  migrations?: string[];
  metrics?: string;
  secretsAs: "environment" | "files";
  secrets: string[];
  environment: Record<string, string>;
  assets?: string;
  build?: { context?: string; files?: string[] };
}

/** The service that a stack deploys. */
export interface Service extends Omit<Declaration, "build"> {
  /** Relative to the project's root. */
  folder: string;
  source: ImageSource;
  /** Changes when the migration has to be run again; undefined without a migration. */
  migrationHash: string | undefined;
}

/** The folder of the project's own service, which is deployed unless config names another. */
export const ownServiceFolder = "app";

/** Whether it is the project's own, with settings that only it has: other names of secrets, limits for rehearsals. */
export function isOwn({ folder }: Pick<Service, "folder">): boolean {
  return folder === ownServiceFolder;
}

/** The path that clients do not see: of its metrics, or the usual one where it has none and loses nothing by that. */
export function hiddenPath({ metrics = "/metrics" }: Pick<Service, "metrics">): string {
  return metrics;
}

/** Variables that the platform gives to every service, and which are no secrets. */
export const platformSettings = [
  "PORT",
  "NODE_NAME",
  "S3_ENDPOINT",
  "S3_REGION",
  "S3_BUCKET",
  "ASSETS_URL",
  "STATIC_URL",
  "RELEASE_COMMIT",
  "RELEASE_IMAGE",
  "TRUSTED_PROXIES",
] as const;

/** Secrets that the platform gives to every service. */
export const platformSecrets = [
  "DATABASE_URL",
  "DATABASE_READ_URL",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
] as const;

/** With those that the deployment starts a service by. */
const given: readonly string[] = [
  ...platformSettings,
  ...platformSecrets,
  "OWNER_ADDRESS",
  "OWNER_PASSWORD",
  "SECRETS_DIRECTORY",
];

const validate = new Ajv.default({
  strict: true,
  allErrors: true,
  verbose: true,
  useDefaults: true,
  keywords: ["allowed"],
}).compile<Declaration>(schema);

/**
 * Reads and checks a service's declaration, in the one place that does.
 * @param folder relative to the root.
 * @param root the project's folder.
 * @throws PersonError with a sentence for each thing that is wrong: the file, the key, its value and what is allowed.
 */
export function readService(folder: string, root = projectRoot): Service {
  const file = path.posix.join(folder, "service.yaml");
  const declaration = parseDeclaration(file, root);
  if (!validate(declaration))
    throw refusal((validate.errors ?? []).flatMap((error) => refusalOf(file, error)));
  const contradicting = contradictions(file, folder, declaration, root);
  if (contradicting.length > 0) throw refusal(contradicting);
  const { build, ...rest } = declaration;
  const source = sourceOf(folder, build);
  const migrationFiles = declaration.migrations ?? source.files;
  return {
    ...rest,
    folder,
    source,
    migrationHash: declaration.migrate && sourceHash({ ...source, files: migrationFiles }, root),
  };
}

function sourceOf(folder: string, build: Declaration["build"]): ImageSource {
  const context = path.posix.join(folder, build?.context ?? ".");
  return {
    context,
    dockerfile: path.posix.join(path.posix.relative(context, folder), "Dockerfile"),
    files: build?.files ?? ["**"],
    // In a folder of its own a document may be what the service shows.
    documents: build?.files === undefined,
  };
}

function parseDeclaration(file: string, root: string): unknown {
  const absolute = path.join(root, file);
  if (!existsSync(absolute))
    throw new PersonError(`There is no ${file}; a service's folder has a Dockerfile and a service.yaml.`);
  const document = parseDocument(readFileSync(absolute, "utf8"), { prettyErrors: true });
  const [error] = document.errors;
  if (error) throw new PersonError(`${file} is not valid YAML: ${error.message.split("\n")[0]}`);
  return document.toJS();
}

/** What is wrong although every value is allowed by itself. */
function contradictions(file: string, folder: string, declaration: Declaration, root: string): string[] {
  const { secrets, environment, assets, metrics, health, migrate, migrations } = declaration;
  const inFolder = (name: string) => path.join(root, folder, name);
  const context = path.posix.join(folder, declaration.build?.context ?? ".");
  const matchNothing = (key: string, patterns: string[] = []) =>
    patterns
      .filter((pattern) => globSync(pattern, { cwd: path.join(root, context) }).length === 0)
      .map((pattern) => `${file}: ${key} has "${pattern}"; it matches no file in ${context}.`);
  return [
    ...(existsSync(inFolder("Dockerfile"))
      ? []
      : [`There is no ${folder}/Dockerfile; a service's folder has a Dockerfile and a service.yaml.`]),
    ...(declaration.name === ownServiceFolder && folder !== ownServiceFolder
      ? [`${file}: name is "${ownServiceFolder}"; that is what the project's own service is called.`]
      : []),
    ...secrets
      .filter((name) => given.includes(name) || name.endsWith("_FILE"))
      .map((name) => `${file}: secrets has ${name}; allowed is a name that is not the platform's own.`),
    ...Object.keys(environment)
      .filter((name) => given.includes(name))
      .map((name) => `${file}: environment has ${name}; allowed is a name that is not the platform's own.`),
    ...secrets
      .filter((name) => name in environment)
      .map((name) => `${file}: environment has ${name}, as has secrets; a secret is in secrets alone.`),
    ...(metrics === health
      ? [`${file}: metrics is "${metrics}", as is health; each has a path of its own.`]
      : []),
    ...(migrations && !migrate
      ? [`${file}: migrations is set and migrate is not; it says when migrate is run.`]
      : []),
    ...matchNothing("migrations", migrations),
    ...matchNothing("build.files", declaration.build?.files),
    ...(assets !== undefined && !isFolder(inFolder(assets))
      ? [`${file}: assets is "${assets}"; there is no such folder in ${folder}.`]
      : []),
  ];
}

function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function refusal(sentences: string[]): PersonError {
  return new PersonError([...new Set(sentences)].join("\n"));
}
