import type { GraphResource } from "../resource-graph/collect.ts";
import type { Rendered } from "../resource-graph/render.ts";
import { identity } from "../resources.ts";
import { counterparts, withoutAttribute } from "./counterparts.ts";
import { typeOf } from "./naming.ts";
import type { ResourceSchemas } from "./schemas.ts";

/** What a reference is in a template: the resource, an attribute of it, a parameter, or known text. */
type Target = { name: string; attribute?: string } | { text: string };

const pattern = /\$\{([^${}]+:[^${}.]+\.[^${}.]+)\.([^${}]+)\}/g;

/** Writes `${TYPE.NAME.PROPERTY}` as CloudFormation does, and gathers the parameters that this takes. */
export class References {
  readonly parameters = new Set<string>();
  readonly #resources: Map<string, GraphResource>;
  readonly #here: Map<string, string>;
  readonly #schemas: ResourceSchemas;

  /** @param here the logical names of the resources in this template, by identity. */
  constructor(resources: GraphResource[], here: Map<string, string>, schemas: ResourceSchemas) {
    this.#resources = new Map(resources.map((resource) => [identity(resource), resource]));
    this.#here = here;
    this.#schemas = schemas;
  }

  write(text: string): Rendered {
    const [first] = text.matchAll(pattern);
    if (!first) return text;
    const [whole, target = "", property = ""] = first;
    if (whole === text) return intrinsic(this.#find(target, property));
    const written = text.replaceAll(pattern, (_, inner: string, name: string) =>
      substitution(this.#find(inner, name)),
    );
    return written.includes("${") ? { "Fn::Sub": written } : written;
  }

  #find(target: string, property: string): Target {
    const resource = this.#resources.get(target);
    const here = this.#here.get(target);
    if (resource && here !== undefined) {
      const known = this.#attribute(resource, here, property);
      if (known) return known;
    }
    // What the program said itself needs no asking.
    const said = resource?.inputs[property];
    if (typeof said === "string") return this.#said(said);
    if (here !== undefined && !withoutAttribute[`${resource?.type}.${property}`]) {
      throw new Error(`No attribute is known for ${property} of ${target}; add one to counterparts.yaml.`);
    }
    const name = logical(`${target.replace(/^[^:]*:/, "").replace(/\/[^:]*:/, "-")}.${property}`);
    this.parameters.add(name);
    return { name };
  }

  #said(text: string): Target {
    const [part] = text.matchAll(pattern);
    if (part?.[0] === text) return this.#find(part[1] ?? "", part[2] ?? "");
    const written = this.write(text) as string | { "Fn::Sub": string };
    return { text: typeof written === "string" ? written : written["Fn::Sub"] };
  }

  #attribute({ type, inputs }: GraphResource, name: string, property: string): Target | undefined {
    const { outputs = {}, texts = {} } = counterparts[type] ?? {};
    const written = texts[property];
    if (written !== undefined) return { text: written.replace("$REF", () => `\${${name}}`) };
    const attribute = outputs[property] ?? this.#readOnly(type, property);
    if (attribute === "Ref") return { name };
    if (attribute) return { name, attribute };
    if (
      typeof inputs[property] === "string" &&
      !/^(name|bucket|identifier|clusterIdentifier)$/.test(property)
    )
      return undefined;
    return /^(id|arn|name|bucket|identifier|clusterIdentifier|dashboardName)$/.test(property)
      ? { name }
      : undefined;
  }

  /** An attribute of the same letters; the ARN may have the resource's name before it. */
  #readOnly(type: string, property: string): string | undefined {
    const schema = this.#schemas.find(typeOf(type));
    const attributes = (schema?.readOnlyProperties ?? []).map((pointer) =>
      pointer.replace("/properties/", "").replaceAll("/", "."),
    );
    const same = attributes.find((attribute) => attribute.toLowerCase() === property.toLowerCase());
    if (same || property !== "arn") return same;
    return attributes.find((attribute) => /^[A-Za-z]+Arn$/.test(attribute));
  }
}

function intrinsic(target: Target): Rendered {
  if ("text" in target) return target.text.includes("${") ? { "Fn::Sub": target.text } : target.text;
  return target.attribute ? { "Fn::GetAtt": [target.name, target.attribute] } : { Ref: target.name };
}

function substitution(target: Target): string {
  if ("text" in target) return target.text;
  return `\${${target.attribute ? `${target.name}.${target.attribute}` : target.name}}`;
}

/** Letters and digits, as CloudFormation's names are. */
export function logical(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
