import { ports as stackPorts } from "../../topology.ts";

/** Ports of the AWS target; the database listens where it does everywhere. */
export const ports = {
  http: 80,
  https: 443,
  database: stackPorts.postgres,
} as const;
