import type { Rendered } from "../resource-graph/render.ts";
import type { Inputs } from "./adapted.ts";
import type { Counterpart } from "./counterparts.ts";
import { ofTheProvider } from "./counterparts.ts";
import { type ResourceSchema, resolve, type Schema, typesOf } from "./schemas.ts";

/** How one resource's inputs become CloudFormation's properties. */
export interface Conversion {
  schema: ResourceSchema;
  names: NonNullable<Counterpart["names"]>;
  /** Text with references, as CloudFormation writes it. */
  text: (text: string) => Rendered;
}

/**
 * Fields under the names that AWS's schema has for them: the same letters, in singular or plural, whatever their case.
 * A name that it has not gets a capital letter, and cfn-lint says so.
 */
export function convertFields(fields: Inputs, schema: Schema, conversion: Conversion): Inputs {
  const converted: Inputs = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value === null || ofTheProvider[key]) continue;
    const path = conversion.names[key] ?? findName(key, schema, conversion.schema);
    if (path === ".") {
      Object.assign(converted, convertFields(value as Inputs, schema, conversion));
      continue;
    }
    const target = at(schema, path.split("."), conversion.schema);
    merge(converted, path.split("."), convertValue(value, target, conversion));
  }
  return converted;
}

function convertValue(value: Rendered, schema: Schema, conversion: Conversion): Rendered {
  const types = typesOf(schema);
  const list = types.includes("array") || schema.items !== undefined;
  const object = types.includes("object") || schema.properties !== undefined;
  if (typeof value === "string") {
    if ((object || list) && /^[{[]/.test(value)) return convertValue(JSON.parse(value), schema, conversion);
    const text = conversion.text(value);
    return list ? [text] : text;
  }
  if (Array.isArray(value)) return convertList(value, schema, object && !list, conversion);
  if (value === null || typeof value !== "object") return list ? [value] : value;
  if (list) return convertMap(value, schema, conversion);
  const properties = propertiesOf(schema, conversion.schema);
  if (Object.keys(properties).length > 0) return convertFields(value, schema, conversion);
  // A map of the person's own keys, or one entry of it.
  if (isEntry(value)) return { [String(value.key)]: conversion.text(String(value.value)) };
  const inner = valueOfMap(schema, conversion.schema);
  return mapValues(value, (item) => convertValue(item, inner, conversion));
}

function convertList(
  value: Rendered[],
  schema: Schema,
  wantsObject: boolean,
  conversion: Conversion,
): Rendered {
  const items = resolve(schema.items, conversion.schema);
  if (!wantsObject) return value.map((item) => convertValue(item, items, conversion));
  const named = value.filter(isObject).filter((item) => "name" in item || "key" in item);
  const free = Object.keys(propertiesOf(schema, conversion.schema)).length === 0;
  if (!free || named.length === 0) return convertValue(value[0] ?? {}, schema, conversion);
  const inner = valueOfMap(schema, conversion.schema);
  return Object.fromEntries(
    named.map(({ name, key, applyMethod: _, ...item }) => [
      String(name ?? key),
      "value" in item ? (item.value ?? null) : convertValue(item, inner, conversion),
    ]),
  );
}

/** An object where AWS wants a list: a list of one, or of names and values. */
function convertMap(value: Inputs, schema: Schema, conversion: Conversion): Rendered {
  const items = resolve(schema.items, conversion.schema);
  const names = Object.keys(propertiesOf(items, conversion.schema)).sort().join();
  const key = names === "Name,Value" ? "Name" : names === "Key,Value" ? "Key" : undefined;
  if (!key) return [convertValue(value, items, conversion)];
  return Object.entries(value).map(([name, item]) => ({
    [key]: name,
    Value: convertValue(item, {}, conversion),
  }));
}

function findName(key: string, schema: Schema, root: ResourceSchema): string {
  const names = Object.keys(propertiesOf(schema, root));
  const wanted = [key, key.replace(/s$/, ""), key.replace(/ies$/, "y"), key.replace(/es$/, ""), `${key}s`];
  for (const candidate of wanted) {
    const found = names.find((name) => name.toLowerCase() === candidate.toLowerCase());
    if (found) return found;
  }
  return key.charAt(0).toUpperCase() + key.slice(1);
}

/** The properties of a schema and of the forms that it may take. */
function propertiesOf(schema: Schema, root: ResourceSchema): Record<string, Schema> {
  const forms = [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])];
  const own = schema.properties ?? {};
  return Object.assign({}, ...forms.map((form) => propertiesOf(resolve(form, root), root)), own);
}

/** The schema at a path of properties. */
export function at(schema: Schema, path: string[], root: ResourceSchema): Schema {
  return path.reduce((inner, name) => resolve(propertiesOf(inner, root)[name], root), schema);
}

function valueOfMap(schema: Schema, root: ResourceSchema): Schema {
  return resolve(Object.values(schema.patternProperties ?? {})[0], root);
}

/** Puts a value at a path; lists that meet are put together. */
export function merge(target: Inputs, path: string[], value: Rendered): void {
  const [name = "", ...rest] = path;
  const known = target[name];
  if (rest.length > 0) {
    const inner = isObject(known) ? known : {};
    target[name] = inner;
    merge(inner, rest, value);
  } else if (Array.isArray(known) && Array.isArray(value)) target[name] = [...known, ...value];
  else if (isObject(known) && isObject(value))
    for (const key of Object.keys(value)) merge(known, [key], value[key] ?? null);
  else target[name] = value;
}

function isEntry(value: Inputs): boolean {
  return Object.keys(value).sort().join() === "key,value";
}

function isObject(value: Rendered | undefined): value is Inputs {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapValues(fields: Inputs, change: (value: Rendered) => Rendered): Inputs {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, change(value)]));
}
