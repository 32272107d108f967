import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { Problem, problemDocument, problemMediaType } from "./problem.ts";

const headerKibibytes = 16;

const problems: Record<string, () => Problem> = {
  HPE_HEADER_OVERFLOW: () =>
    new Problem(431, "headers-too-large", `The headers are larger than ${headerKibibytes} KiB.`),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: () =>
    new Problem(413, "chunk-extensions-too-large", "The chunks' extensions are too large."),
  ERR_HTTP_REQUEST_TIMEOUT: () => new Problem(408, "request-timeout", "The request took too long to arrive."),
};

const malformed = () => new Problem(400, "malformed-request", "This is not a valid HTTP request.");
const addressTooLong = () =>
  new Problem(414, "address-too-long", `The address is longer than ${headerKibibytes} KiB.`);

/** How long a sender may go on after it was told that its request is none. */
const lingerMs = 5_000;

/** Answers what does not parse as a request and so reaches no route and no hook. */
export function answerClientError(nodeName: string) {
  return (error: ClientError, socket: Duplex): void => {
    if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) {
      socket.destroy();
      return;
    }
    endWith(socket, nodeName, problemOf(error));
  };
}

/** As Node reports it. */
interface ClientError extends Error {
  code?: string | undefined;
  /** What arrived last, a Buffer, and how much of it was read. */
  rawPacket?: unknown;
  bytesParsed?: number | undefined;
}

function problemOf({ code = "", rawPacket, bytesParsed }: ClientError): Problem {
  // Too large before the first line's end: it is the address.
  const read = Buffer.isBuffer(rawPacket) ? rawPacket.toString("latin1", 0, bytesParsed) : "";
  if (code === "HPE_HEADER_OVERFLOW" && /^[A-Z]+ [^\r\n]*$/.test(read)) return addressTooLong();
  return (problems[code] ?? malformed)();
}

/** What Node would answer itself, and with nothing in it: an expectation that nobody knows, and CONNECT. */
export function answerWhatNodeAnswers(server: Server, nodeName: string): void {
  server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) => {
    const problem = new Problem(417, "expectation-failed", "Of expectations only 100-continue is met.");
    const { head, body } = answerOf(nodeName, problem);
    response.writeHead(problem.statusCode, head);
    response.end(body);
    request.resume();
  });
  server.on("connect", (_request: IncomingMessage, socket: Duplex) => {
    endWith(socket, nodeName, new Problem(405, "method-not-allowed", "This is no proxy for others."), {
      allow: "GET, HEAD, POST, PUT, PATCH, DELETE",
    });
  });
}

/** Answers and closes; what the sender still sends is read for a while, since closing before it would reset the answer. */
function endWith(
  socket: Duplex,
  nodeName: string,
  problem: Problem,
  more: Record<string, string> = {},
): void {
  const { head, body } = answerOf(nodeName, problem);
  const lines = Object.entries({ ...head, ...more }).map(([name, value]) => `${name}: ${value}`);
  socket.removeAllListeners("data");
  socket.on("data", () => {});
  socket.on("error", () => {});
  socket.end(`HTTP/1.1 ${problem.statusCode} ${problem.title}\r\n${lines.join("\r\n")}\r\n\r\n${body}`);
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.once("end", () => socket.destroy()).once("close", () => clearTimeout(timer));
}

function answerOf(nodeName: string, problem: Problem): { head: Record<string, string>; body: string } {
  const requestId = randomUUID();
  const body = JSON.stringify(problemDocument(problem, requestId));
  const head = {
    "content-type": problemMediaType,
    "content-length": String(Buffer.byteLength(body)),
    "x-served-by": nodeName,
    "x-request-id": requestId,
    connection: "close",
  };
  return { head, body };
}
