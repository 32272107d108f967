import { readFileSync } from "node:fs";
import path from "node:path";
import Ajv from "ajv/dist/2020.js";
import { parse } from "yaml";
import * as adapted from "./adapted.ts";
import schema from "./counterparts.schema.json" with { type: "json" };

/** What CloudFormation calls a resource of Pulumi's AWS provider; the schema says what each field means. */
export interface Counterpart {
  type?: string;
  under?: string;
  names?: Record<string, string>;
  named?: string;
  partOf?: string;
  without?: Record<string, string>;
  outputs?: Record<string, string>;
  texts?: Record<string, string>;
  beside?: { type: string; inputs: string[]; reference: string };
  adapt?: string;
}

interface Tables {
  services: Record<string, string>;
  ofTheProvider: Record<string, string>;
  withoutCounterpart: Record<string, string>;
  withoutAttribute: Record<string, string>;
  counterparts: Record<string, Counterpart>;
}

const validate = new Ajv.default({ strict: true, allErrors: true }).compile<Tables>(schema);

/**
 * The tables of a file such as counterparts.yaml.
 * @throws Error that names each place in it that is wrong.
 */
export function readCounterparts(text: string): Tables {
  const tables: unknown = parse(text);
  if (!validate(tables)) {
    const wrong = validate.errors?.map(({ instancePath, message }) => `${instancePath || "/"} ${message}`);
    throw new Error(`counterparts.yaml: ${wrong?.join("; ")}.`);
  }
  for (const [type, { adapt }] of Object.entries(tables.counterparts)) {
    if (adapt !== undefined && !Object.hasOwn(adaptations, adapt))
      throw new Error(`counterparts.yaml: ${type} names ${adapt}, and adapted.ts has no such function.`);
  }
  return tables;
}

const adaptations: Record<string, (inputs: adapted.Inputs) => adapted.Inputs> = adapted;

export const { services, ofTheProvider, withoutCounterpart, withoutAttribute, counterparts } =
  readCounterparts(readFileSync(path.join(import.meta.dirname, "counterparts.yaml"), "utf8"));

/** The inputs in the form that CloudFormation has for the type. */
export function adapt(type: string, inputs: adapted.Inputs): adapted.Inputs {
  return adaptations[counterparts[type]?.adapt ?? ""]?.(inputs) ?? inputs;
}
