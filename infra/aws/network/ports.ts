import { ports as stackPorts } from "../../topology.ts";

/** Ports of the AWS target; the application and the database listen where they do everywhere. */
export const ports = {
  http: 80,
  https: 443,
  app: stackPorts.appHttp,
  database: stackPorts.postgres,
} as const;
