// Stands in for Pulumi's plugin for AWS, in tests alone: the engine finds it because a test puts it into a plugin folder
// of its own. STAND_IN_FOLDER holds what it has made, what programs read of each type, and which resources are to fail.
import { readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { main, type Provider } from "@pulumi/pulumi/provider/index.js";
import { answerInvoke } from "../../../infra/policy/resource-graph/cloud-answers.ts";
import { Cloud, type Properties } from "./cloud.ts";
import { makeInMoto, removeFromMoto } from "./moto.ts";

const folder = process.env.STAND_IN_FOLDER ?? "";
const cloud = new Cloud(folder);
/** Outputs that programs read, by type. */
const outputs = readJson<Record<string, string[]>>("outputs.json");
const region = process.env.AWS_REGION ?? "";

/** What a change of makes AWS make anew. */
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
  async diff(_id, _urn, olds, news) {
    const changed = Object.keys(news).filter((key) => !isDeepStrictEqual(news[key], olds[key]));
    return { changes: changed.length > 0, replaces: changed.filter((key) => fixedProperties.includes(key)) };
  },
  async create(urn, inputs) {
    const { type, name } = partsOf(urn);
    const failure = readJson<Record<string, string>>("failures.json")[`${type}.${name}`];
    if (failure) throw new Error(failure);
    const id = ofMoto(type) ?? cloud.admit(type, inputs);
    const properties = { ...invent(type, id, inputs), ...(await makeInMoto(type, id, inputs)) };
    cloud.put({ type, id, properties });
    return { id, outs: properties };
  },
  async read(id, urn) {
    const found = cloud.find(partsOf(urn).type, id);
    return found ? { id, props: found.properties } : { id: "", props: {} };
  },
  async update(id, urn, olds, news) {
    const { type } = partsOf(urn);
    const properties = { ...olds, ...news };
    cloud.put({ type, id, properties });
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

/** Tasks run in moto, which knows its own network alone. */
function ofMoto(type: string): string | undefined {
  if (type === "aws:ec2/subnet:Subnet") return process.env.STAND_IN_SUBNET;
  if (type === "aws:ec2/securityGroup:SecurityGroup") return process.env.STAND_IN_SECURITY_GROUP;
  return undefined;
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
