import { request } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** One request, and what came of it. */
export interface Asked {
  /** Undefined where there was no answer. */
  status: number | undefined;
  body: string;
  /** Why there was none: "ECONNREFUSED". */
  failure: string | undefined;
  startedAtMs: number;
  endedAtMs: number;
}

/** A service may hold a request until the database is back; the proxies give it 30 s. */
const patienceMs = 35_000;

/** Whether a client would call it failed. */
export function failed({ status }: Asked): boolean {
  return status === undefined || status >= 500;
}

/**
 * Asks on a connection of its own: what is sent on a kept one while it is closed, the proxies send again.
 * @param port On this machine.
 */
export function ask(port: number, path: string, timeoutMs = patienceMs): Promise<Asked> {
  const startedAtMs = Date.now();
  return new Promise((resolve) => {
    const ended = (status: number | undefined, body: string, failure?: string) =>
      resolve({ status, body, failure, startedAtMs, endedAtMs: Date.now() });
    const asking = request({ host: "127.0.0.1", port, path, agent: false }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => (body += text));
      answer.on("error", (error) => ended(undefined, body, nameOf(error)));
      answer.on("end", () => ended(answer.statusCode, body));
    });
    asking.setTimeout(timeoutMs, () => asking.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    asking.on("error", (error) => ended(undefined, "", nameOf(error)));
    asking.end();
  });
}

function nameOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.message;
}

/** Asks again and again until it is told to stop. */
export async function askUntil(
  stopped: () => boolean,
  pauseMs: number,
  once: () => Promise<Asked>,
): Promise<Asked[]> {
  const asked: Asked[] = [];
  while (!stopped()) {
    asked.push(await once());
    await sleep(pauseMs);
  }
  return asked;
}

/** A request that has begun to arrive. */
export interface Begun {
  /** Sends the rest of it. */
  finish(): Promise<Asked>;
}

/** Sends the first half of a request: the service has it under way until the other half comes. */
export async function begin(port: number, path: string): Promise<Begun> {
  const startedAtMs = Date.now();
  const socket = connect({ host: "127.0.0.1", port });
  let answer = "";
  const end = new Promise<Asked>((resolve) => {
    const ended = (failure?: string) => {
      const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(answer)?.[1]) || undefined;
      const why = failure ?? "closed without an answer";
      resolve({
        status,
        body: answer,
        failure: status ? undefined : why,
        startedAtMs,
        endedAtMs: Date.now(),
      });
    };
    socket.setEncoding("utf8").on("data", (text: string) => (answer += text));
    socket.on("error", (error) => ended(nameOf(error)));
    socket.on("close", () => ended());
    socket.setTimeout(patienceMs, () => socket.destroy());
  });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: service\r\n`);
  return {
    finish() {
      socket.write("Connection: close\r\n\r\n");
      return end;
    },
  };
}
