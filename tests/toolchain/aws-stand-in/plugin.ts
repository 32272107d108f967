// Stands in for Pulumi's plugin for AWS, in tests alone: the engine finds it because a test puts it into a plugin folder
// of its own. STAND_IN_FOLDER holds what it has made, what programs read of each type, and how resources are to behave.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { main, type Provider } from "@pulumi/pulumi/provider/index.js";
import { answerInvoke } from "../../../infra/policy/resource-graph/cloud-answers.ts";
import { type Behaviour, Cloud, type Properties } from "./cloud.ts";
import { makeInMoto, removeFromMoto } from "./moto.ts";

const folder = process.env.STAND_IN_FOLDER ?? "";
const cloud = new Cloud(folder);
/** Outputs that programs read, by type. */
const outputs = readJson<Record<string, string[]>>("outputs.json");
const region = process.env.AWS_REGION ?? "";

/** Outputs whose value a test gives, by type and property. */
const given = readJson<Record<string, string>>("given-outputs.json");

/** What a change of makes AWS make anew; of a task definition whatever is in it. */
const fixedProperties = [
  "identifier",
  "clusterIdentifier",
  "bucket",
  "name",
  "cidrBlock",
  "availabilityZone",
  "vpcId",
];

const standIn: Provider = {
  version: "7.48.0",
  async check(_urn, _olds, inputs) {
    return { inputs };
  },
  async diff(_id, urn, olds, news) {
    const changed = Object.keys(news).filter((key) => !isDeepStrictEqual(news[key], olds[key]));
    const always = partsOf(urn).type === "aws:ecs/taskDefinition:TaskDefinition";
    const replaces = changed.filter((key) => always || fixedProperties.includes(key));
    return { changes: changed.length > 0, replaces };
  },
  async create(urn, inputs) {
    const { type } = partsOf(urn);
    const { refuses, hangs } = behaviour(urn);
    if (refuses) throw new Error(refuses);
    const id = cloud.admit(type, inputs);
    const properties = { ...invent(type, id, inputs), ...(await makeInMoto(type, id, inputs)) };
    cloud.put({ type, id, inputs, properties });
    if (hangs) await hang();
    return { id, outs: properties };
  },
  async read(id, urn) {
    const found = cloud.find(partsOf(urn).type, id);
    return found ? { id: found.id, props: found.properties, inputs: found.inputs } : { id: "", props: {} };
  },
  async update(id, urn, olds, news) {
    const { type } = partsOf(urn);
    const properties = { ...olds, ...news };
    // Where AWS takes the old version back, the provider still reports the one that it was asked for.
    if (!behaviour(urn).rollsBack) cloud.put({ type, id, inputs: news, properties });
    return { outs: properties };
  },
  async delete(id, urn) {
    const { type } = partsOf(urn);
    cloud.remove(type, id);
    await removeFromMoto(type, id);
  },
  async invoke(token, inputs) {
    return { outputs: answerInvoke(token, inputs, { "aws:region": region }) };
  },
};

function behaviour(urn: string): Behaviour {
  const { type, name } = partsOf(urn);
  return readJson<Record<string, Behaviour>>("behaviours.json")[`${type}.${name}`] ?? {};
}

/** Until the test, which finds the process by this file, ends it. */
function hang(): Promise<never> {
  writeFileSync(path.join(folder, "hanging"), String(process.pid));
  return new Promise(() => setInterval(() => undefined, 60_000));
}

/** The inputs, with what AWS would add: an ARN with the id in it, a number for a port, and text for anything else. */
function invent(type: string, id: string, inputs: Properties): Properties {
  const properties: Properties = { ...inputs };
  for (const output of outputs[type] ?? []) {
    const [whole = "", list, field] = /^(\w+)\[0\]\.(\w+)$/.exec(output) ?? [];
    if (whole) {
      const [first = {}] = (properties[list ?? ""] as Properties[] | undefined) ?? [];
      properties[list ?? ""] = [{ ...first, [field ?? ""]: `${field}-of-${id}` }];
    } else if (output !== "id") properties[output] ??= value(type, id, output);
  }
  return properties;
}

function value(type: string, id: string, output: string): unknown {
  const known = given[`${type}.${output}`];
  if (known !== undefined) return known;
  if (output === "arn") return `arn:aws:${type.split(/[:/]/)[1]}:${region}:123456789012:${id}`;
  if (output === "port") return 5432;
  return output === "name" ? id : `${output}-of-${id}`;
}

function partsOf(urn: string): { type: string; name: string } {
  const [, , qualifiedType = "", name = ""] = urn.split("::");
  return { type: qualifiedType.split("$").at(-1) ?? "", name };
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(folder, file), "utf8")) as T;
}

await main(standIn, process.argv.slice(2));
