import { STATUS_CODES } from "node:http";

/** The problem documents' media type (RFC 9457). */
export const problemMediaType = "application/problem+json; charset=utf-8";

/** One thing that is wrong with the request. */
export interface ProblemCause {
  /** JSON pointer, or the name of a header or parameter. */
  at: string;
  detail: string;
}

/**
 * An error answer. Throw it anywhere below a route; it becomes a problem document with these members.
 * `name` is for programs, `detail` for people.
 */
export class Problem extends Error {
  readonly statusCode: number;
  readonly type: string;
  readonly title: string;
  readonly causes: readonly ProblemCause[] | undefined;
  /** After how many seconds a retry makes sense. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    statusCode: number,
    name: string,
    detail: string,
    more: { causes?: readonly ProblemCause[]; retryAfterSeconds?: number } = {},
  ) {
    super(detail);
    this.statusCode = statusCode;
    this.title = STATUS_CODES[statusCode] ?? "Error";
    this.type = `urn:capstone:problem:${name}`;
    this.causes = more.causes;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

/** A problem document. Nothing in it is secret. */
export function problemDocument(problem: Problem, requestId: string) {
  return {
    type: problem.type,
    title: problem.title,
    status: problem.statusCode,
    detail: problem.message,
    requestId,
    ...(problem.causes ? { errors: problem.causes } : {}),
  };
}

export const notFound = (what: string) => new Problem(404, "not-found", `There is no ${what}.`);

export const unauthorized = (detail: string) => new Problem(401, "unauthorized", detail);
