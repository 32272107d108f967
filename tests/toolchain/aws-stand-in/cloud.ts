import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

export type Properties = Record<string, unknown>;

/** One thing that the stand-in has made. */
export interface Made {
  type: string;
  id: string;
  /** What it was asked for. */
  inputs: Properties;
  properties: Properties;
}

/** What is to happen to a resource: AWS refuses to make it, takes for ever, or puts an update back by itself. */
export interface Behaviour {
  refuses?: string;
  hangs?: true;
  rollsBack?: true;
}

/** Names that a type has one of in an account and region; a second of the same is refused, as AWS does. */
const uniqueNames: Record<string, string> = {
  "aws:cloudwatch/dashboard:Dashboard": "dashboardName",
  "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": "name",
  "aws:cloudwatch/logDeliverySource:LogDeliverySource": "name",
  "aws:cloudwatch/logGroup:LogGroup": "name",
  "aws:ecs/cluster:Cluster": "name",
  "aws:ecs/service:Service": "name",
  "aws:iam/role:Role": "name",
  "aws:kms/alias:Alias": "name",
  "aws:rds/cluster:Cluster": "clusterIdentifier",
  "aws:rds/instance:Instance": "identifier",
  "aws:rds/subnetGroup:SubnetGroup": "name",
  "aws:s3/bucket:Bucket": "bucket",
};

/** Types whose name is not what Pulumi knows them by: RDS gives an instance an id that stays when it is renamed. */
const knownById = ["aws:rds/instance:Instance"];

/** An id that the stand-in gave, wherever it stands in a text. */
const ownIds = /\bsi-[a-z]+-[0-9a-f]{8}\b/g;

/** What there is, in a folder: the plugin lives for one run of the engine only. */
export class Cloud {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = path.join(folder, "resources");
    mkdirSync(this.#folder, { recursive: true });
  }

  all(): Made[] {
    return readdirSync(this.#folder).map((file) =>
      JSON.parse(readFileSync(path.join(this.#folder, file), "utf8")),
    );
  }

  /** By its id, or by its name where that is something else. */
  find(type: string, id: string): Made | undefined {
    const file = this.#file(type, id);
    if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
    const property = uniqueNames[type] ?? "";
    return this.all().find((made) => made.type === type && made.properties[property] === id);
  }

  /**
   * The id that a resource will have.
   * @throws Error when its name is taken, or it names something that is not there.
   */
  admit(type: string, inputs: Properties): string {
    const property = uniqueNames[type] ?? "";
    const name = inputs[property];
    const taken = this.all().some((other) => other.type === type && other.properties[property] === name);
    if (typeof name === "string" && taken) throw new Error(`${type} ${name} already exists`);
    this.#requireReferences(inputs);
    const kind = type.split(":").at(-1)?.toLowerCase();
    const known = typeof name === "string" && !knownById.includes(type);
    return known ? name : `si-${kind}-${randomBytes(4).toString("hex")}`;
  }

  /** The one resource of a type. */
  only(type: string): Made {
    const [found, second] = this.all().filter((made) => made.type === type);
    if (!found || second) throw new Error(`There is ${second ? "more than one" : "no"} ${type}.`);
    return found;
  }

  /** Changes it as somebody at AWS's console would. */
  change({ type, id, inputs, properties }: Made, changes: Properties): void {
    this.put({ type, id, inputs: { ...inputs, ...changes }, properties: { ...properties, ...changes } });
  }

  put(made: Made): void {
    writeFileSync(this.#file(made.type, made.id), JSON.stringify(made));
  }

  /** @throws Error when it is protected, or something that is there needs it. */
  remove(type: string, id: string): void {
    const made = this.find(type, id);
    if (!made) return;
    const { deletionProtection, enableDeletionProtection } = made.properties;
    if (deletionProtection === true || enableDeletionProtection === true) {
      throw new Error(`${type} ${id} cannot be deleted: deletion protection is on`);
    }
    const user = this.all().find(
      (other) => other.id !== id && this.#references(other.properties).includes(id),
    );
    if (user) throw new Error(`${type} ${id} cannot be deleted: ${user.type} ${user.id} depends on it`);
    rmSync(this.#file(type, made.id));
    this.#leaveSnapshot(made);
  }

  /** What RDS makes of a database before it deletes it. */
  #leaveSnapshot({ type, properties }: Made): void {
    const { skipFinalSnapshot, finalSnapshotIdentifier: id } = properties;
    if (!/^aws:rds\/(instance|cluster):/.test(type) || skipFinalSnapshot !== false) return;
    this.put({ type: "aws:rds/snapshot:Snapshot", id: String(id), inputs: {}, properties: {} });
  }

  #requireReferences(inputs: Properties): void {
    const known = new Set(this.all().map(({ id }) => id));
    const missing = this.#references(inputs).find((id) => !known.has(id));
    if (missing) throw new Error(`${missing} does not exist`);
  }

  #references(properties: Properties): string[] {
    return [...JSON.stringify(properties).matchAll(ownIds)].map(([id]) => id);
  }

  #file(type: string, id: string): string {
    return path.join(this.#folder, encodeURIComponent(`${type} ${id}`));
  }
}
