import type { GraphResource } from "../resource-graph/collect.ts";
import { type Rendered, referencesIn } from "../resource-graph/render.ts";
import { identity } from "../resources.ts";
import type { Inputs } from "./adapted.ts";
import { adapt, type Counterpart, counterparts, withoutCounterpart } from "./counterparts.ts";
import { typeOf } from "./naming.ts";
import { logical, References } from "./references.ts";
import type { ResourceSchemas } from "./schemas.ts";
import { at, convertFields, merge } from "./values.ts";

export interface Template {
  AWSTemplateFormatVersion: "2010-09-09";
  Parameters?: Record<string, { Type: "String" }>;
  Resources: Record<string, { Type: string; Properties: Inputs }>;
}

/** The template of one region, and which resource of the graph each of its names is. */
export interface RegionTemplate {
  region: string;
  template: Template;
  identities: Map<string, string>;
}

/**
 * The AWS part of a graph as the CloudFormation templates that would ask for the same, one for each region.
 * @throws Error when a type or an output is in no table and no rule finds it.
 */
export function cloudFormationTemplates(
  resources: GraphResource[],
  region: string,
  schemas: (region: string) => ResourceSchemas,
): RegionTemplate[] {
  const aws = resources.filter(({ type }) => type.startsWith("aws:") && !withoutCounterpart[type]);
  const regionOf = ({ inputs }: GraphResource) => String(inputs.region ?? region);
  return [...new Set(aws.map(regionOf))].map((where) => {
    const here = aws.filter((resource) => regionOf(resource) === where);
    return { region: where, ...write(here, resources, schemas(where)) };
  });
}

function write(here: GraphResource[], all: GraphResource[], schemas: ResourceSchemas) {
  const wholes = here.filter(({ type }) => !counterparts[type]?.partOf);
  const names = new Map(wholes.map((resource) => [identity(resource), logicalName(resource)]));
  const references = new References(all, names, schemas);
  const template: Template = { AWSTemplateFormatVersion: "2010-09-09", Resources: {} };
  for (const resource of wholes) {
    const { beside } = counterparts[resource.type] ?? {};
    const name = logicalName(resource);
    template.Resources[name] = {
      Type: typeOf(resource.type),
      Properties: properties(resource, typeOf(resource.type), schemas, references),
    };
    if (!beside) continue;
    const { type, reference } = beside;
    const own = Object.fromEntries(beside.inputs.map((key) => [key, resource.inputs[key] ?? null]));
    const inputs = { ...own, [reference]: `\${${identity(resource)}.id}` };
    const second = { ...resource, type, inputs };
    template.Resources[`${name}Beside`] = {
      Type: type,
      Properties: properties(second, type, schemas, references),
    };
  }
  for (const part of here.filter(({ type }) => counterparts[type]?.partOf)) {
    const { property, owner } = ownerOf(part, all);
    const { [property]: _, ...inputs } = part.inputs;
    const whole = template.Resources[names.get(identity(owner)) ?? ""];
    if (!whole)
      throw new Error(`${identity(part)} is a part of ${identity(owner)}, which has no counterpart.`);
    const own = properties({ ...part, inputs }, whole.Type, schemas, references);
    for (const [name, value] of Object.entries(own)) merge(whole.Properties, [name], value);
  }
  if (references.parameters.size > 0) {
    template.Parameters = Object.fromEntries(
      [...references.parameters].map((name) => [name, { Type: "String" }]),
    );
  }
  return { template, identities: new Map([...names].map(([id, name]) => [name, id])) };
}

function properties(
  { type, name, inputs }: GraphResource,
  cloudFormationType: string,
  schemas: ResourceSchemas,
  references: References,
): Inputs {
  const { under, names = {}, named, without = {} }: Counterpart = counterparts[type] ?? {};
  const schema = schemas.find(cloudFormationType);
  if (!schema) throw new Error(`${type} is no ${cloudFormationType}; add what it is to counterparts.yaml.`);
  const conversion = { schema, names, text: (text: string): Rendered => references.write(text) };
  const { tags, ...said } = adapt(type, inputs);
  const rest = Object.fromEntries(Object.entries(said).filter(([property]) => !without[property]));
  const found: Inputs = convertFields(rest, at(schema, under ? [under] : [], schema), conversion);
  if (named) found[named] ??= name;
  const all: Inputs = under ? { [under]: found } : found;
  const tagProperty = schema.tagging?.tagProperty?.replace("/properties/", "");
  if (tags && tagProperty) Object.assign(all, convertFields({ [tagProperty]: tags }, schema, conversion));
  return all;
}

/** The resource that a part belongs to: what its property refers to. */
function ownerOf(part: GraphResource, all: GraphResource[]): { property: string; owner: GraphResource } {
  const property = counterparts[part.type]?.partOf ?? "";
  const [reference] = referencesIn(part.inputs[property] ?? null);
  const owner = all.find((resource) => identity(resource) === reference?.identity);
  if (!owner) throw new Error(`${property} of ${identity(part)} leads to no resource.`);
  return { property, owner };
}

function logicalName({ type, name }: GraphResource): string {
  const [, module = "", className = ""] = type.split(":");
  return logical(`${module.split("/")[0]}-${className}-${name}`);
}
