import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { Problem, problemDocument, problemMediaType } from "./problem.ts";

const problems: Record<string, () => Problem> = {
  HPE_HEADER_OVERFLOW: () => new Problem(431, "headers-too-large", "The headers are larger than 16 KiB."),
  ERR_HTTP_REQUEST_TIMEOUT: () => new Problem(408, "request-timeout", "The request took too long to arrive."),
};

const malformed = () => new Problem(400, "malformed-request", "This is not a valid HTTP request.");

/** Answers what does not parse as a request and so reaches no route and no hook. */
export function answerClientError(nodeName: string) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) {
      socket.destroy();
      return;
    }
    const problem = (problems[error.code ?? ""] ?? malformed)();
    const requestId = randomUUID();
    const document = problemDocument(problem, requestId);
    const body = JSON.stringify(document);
    const head = [
      `HTTP/1.1 ${problem.statusCode} ${document.title}`,
      `content-type: ${problemMediaType}`,
      `content-length: ${Buffer.byteLength(body)}`,
      `x-served-by: ${nodeName}`,
      `x-request-id: ${requestId}`,
      "connection: close",
    ];
    socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  };
}
