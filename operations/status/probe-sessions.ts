import { connect } from "node:net";
import { ports } from "../../infra/topology.ts";
import type { PartObservation } from "./observation.ts";
import { addressesAreReachable, type ProbeTarget, probe } from "./probe.ts";

const timeoutMs = 2_000;
/** What a client asks before anything else; the answer is one byte, from a process that Postgres started for it. */
const mayIEncrypt = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Whether Postgres begins new sessions. One whose postmaster hangs goes on with those it has, and Patroni sees no fault. */
export async function probeSessions(target: ProbeTarget, part: PartObservation): Promise<boolean> {
  if (addressesAreReachable) {
    const asked = part.addresses.map((address) => beginsSession(address, ports.postgres));
    if (await Promise.any(asked).catch(() => false)) return true;
  }
  const command = ["pg_isready", "--host=/run/postgresql", `--timeout=${timeoutMs / 1_000}`];
  return (await probe(target, part, command)) !== undefined;
}

/** @throws Error when nobody answers there in time. */
export function beginsSession(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.once("connect", () => socket.write(mayIEncrypt));
    socket.once("data", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", end);
    socket.once("close", () => reject(new Error("The connection was closed without an answer.")));
    socket.once("timeout", () => end(new Error("There was no answer in time.")));
  });
}
