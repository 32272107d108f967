import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { inject } from "vitest";
import { build } from "../../../app/build.ts";
import { defaultLimits, type LimitName, type Limits } from "../../../app/settings/limits.ts";
import type { Settings } from "../../../app/settings/settings.ts";
import type { SigningKeySeeds } from "../../../app/settings/signing-key-seeds.ts";
import { applicationLogin, createDatabase } from "./databases.ts";

/** The keys of one deployment: its nodes share them. */
export function newSeeds(): SigningKeySeeds {
  return {
    activeGeneration: "1",
    seeds: new Map([
      ["1", randomBytes(32)],
      ["2", randomBytes(32)],
    ]),
  };
}

/** What a deployment has in common. */
export interface Deployment {
  databaseName: string;
  seeds: SigningKeySeeds;
  limits: Limits;
}

/** A test file is one address, and signs up as many people as a town. */
const roomyLimits: Limits = {
  ...defaultLimits,
  signUpsPerAddress: { count: 6_000, windowSeconds: 60 },
  sessionsPerAddress: { count: 6_000, windowSeconds: 60 },
  uploadsPerAccount: { count: 600, windowSeconds: 60 },
};

export async function newDeployment(
  limits: Partial<Record<LimitName, Limits[LimitName]>> = {},
): Promise<Deployment> {
  const databaseName = await createDatabase("migrated");
  return { databaseName, seeds: newSeeds(), limits: { ...roomyLimits, ...limits } };
}

export function settingsOf(
  deployment: Deployment,
  nodeName: string,
  changes: Partial<Settings> = {},
): Settings {
  const backends = inject("backends");
  const { objectStore } = backends;
  return {
    nodeName,
    release: { image: "test", commit: "test" },
    port: 0,
    logLevel: "silent",
    trustedProxies: ["127.0.0.1"],
    database: applicationLogin(backends, deployment.databaseName),
    objectStore: {
      region: "garage",
      bucket: objectStore.bucket,
      endpoint: objectStore.endpoint,
      credentials: { accessKeyId: objectStore.accessKey, secretAccessKey: objectStore.secretKey },
      assetsUrl: "http://assets.test/assets",
    },
    signingKeys: deployment.seeds,
    limits: deployment.limits,
    limitPatienceMs: 1_000,
    corsOrigins: [],
    tracesUrl: undefined,
    ...changes,
  };
}

/** A node that listens on a port of its own. */
export interface Node {
  app: FastifyInstance;
  url: string;
  close: () => Promise<void>;
}

export async function startNode(settings: Settings, logStream?: Writable): Promise<Node> {
  const app = await build(settings, logStream);
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { app, url: `http://127.0.0.1:${port}`, close: () => app.close() };
}

/** Keeps every log line. */
export class LogKeeper extends Writable {
  text = "";

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
