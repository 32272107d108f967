import { request } from "node:http";
import { afterOwnTime } from "./deadline.ts";

/** What an engine answered, or why it did not. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** How long an engine may take; on a busy machine the oldest needs seconds to describe itself. */
const answerMs = 10_000;

/**
 * Asks an engine over its socket: ten times as fast as starting the client, and without any package.
 * @param apiPath as in "/_ping"
 * @returns The answer, or the error's code, as in "ENOENT" or "EACCES"; "ETIMEDOUT" when none came in time.
 */
export function askEngine(
  socketPath: string,
  apiPath: string,
  timeoutMs = answerMs,
): Promise<Answer | string> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: apiPath, headers: { host: "docker" } }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => (body += text));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    // An engine that hangs accepts and says nothing, so this is for all of it and not for the connection alone.
    const stop = afterOwnTime(timeoutMs, () =>
      asked.destroy(Object.assign(new Error(), { code: "ETIMEDOUT" })),
    );
    asked.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    // Also where it died in the middle of its answer, which neither ends then nor is an error of the request.
    asked.on("close", () => {
      stop();
      resolve("ECONNRESET");
    });
    asked.end();
  });
}

/** What an engine answers as JSON; undefined when it does not. */
export async function readEngine<T>(
  socketPath: string,
  apiPath: string,
  timeoutMs = answerMs,
): Promise<T | undefined> {
  const answer = await askEngine(socketPath, apiPath, timeoutMs);
  if (typeof answer === "string" || answer.status !== 200) return undefined;
  try {
    return JSON.parse(answer.body) as T;
  } catch {
    return undefined;
  }
}
