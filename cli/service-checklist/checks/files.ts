import type { Service } from "../../../infra/configuration/service.ts";
import { fault, type Line, ok } from "../line.ts";

const name = "user and files";

/** What programs say who may not write; each of these is an error of a system call. */
const refused =
  /read-only file system|permission denied|EROFS|EACCES|PermissionError|operation not permitted|EPERM/i;

/**
 * It runs as its user, without rights, on files that it cannot change: the engine sees to that. What is asked is whether
 * it can live so.
 * @param log Everything that its containers wrote.
 */
export function evaluateFiles(service: Service, started: boolean, log: string): Line {
  const how = `as user ${service.user}, with read-only files but for ${service.writablePaths.join(", ") || "none"}`;
  const complaint = log.split("\n").find((line) => refused.test(line));
  if (complaint) return fault(name, `started ${how}, it says: ${complaint.trim().slice(0, 300)}`);
  if (!started) return fault(name, `it does not start ${how}`);
  return ok(name, `runs ${how}, and complains of nothing`);
}
