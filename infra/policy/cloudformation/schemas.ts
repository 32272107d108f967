import { globSync, readFileSync } from "node:fs";
import path from "node:path";

/** The parts in use of JSON schema as AWS's registry of resources writes it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  items?: Schema;
  required?: string[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

/** What AWS says of one type of resource. */
export interface ResourceSchema extends Schema {
  typeName: string;
  properties: Record<string, Schema>;
  definitions?: Record<string, Schema>;
  /** JSON pointers, as in `/properties/Endpoint/Port`. */
  readOnlyProperties?: string[];
  tagging?: { taggable?: boolean; tagProperty?: string; permissions?: string[] };
  handlers?: Partial<Record<"create" | "read" | "update" | "delete" | "list", { permissions: string[] }>>;
}

/** AWS's schemas of every resource that a region has, as cfn-lint brings them. */
export class ResourceSchemas {
  readonly #folder: string;
  readonly #files: Record<string, string>;
  readonly #read = new Map<string, ResourceSchema>();

  /** @param python of the environment that cfn-lint is installed in. */
  constructor(python: string, region: string) {
    const pattern = path.join(path.dirname(python), "../lib/python*/site-packages/cfnlint/data/schemas");
    const [folder] = globSync(pattern);
    if (!folder) throw new Error(`cfn-lint has no schemas at ${pattern}`);
    this.#folder = folder;
    this.#files = readJson(path.join(folder, "providers", `${region}.json`));
  }

  /** Undefined where the region has no such type. */
  find(type: string): ResourceSchema | undefined {
    const known = this.#read.get(type);
    const file = this.#files[type];
    if (known || !file) return known;
    const schema = readJson<ResourceSchema>(path.join(this.#folder, "resources", `${file}.json`));
    this.#read.set(type, schema);
    return schema;
  }
}

/** A schema with its reference followed. */
export function resolve(schema: Schema | undefined, root: ResourceSchema): Schema {
  let found = schema ?? {};
  while (found.$ref) {
    found = found.$ref
      .replace(/^#\//, "")
      .split("/")
      .reduce<Schema>((inner, key) => (inner as Record<string, Schema>)[key] ?? {}, root);
  }
  return found;
}

export function typesOf(schema: Schema): string[] {
  return schema.type === undefined ? [] : [schema.type].flat();
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, "utf8")) as T;
}
