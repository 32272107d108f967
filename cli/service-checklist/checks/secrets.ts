import type { Service } from "../../../infra/configuration/service.ts";
import { fault, type Line, ok } from "../line.ts";

const name = "secrets";

/** Where a secret must not be. */
export interface Places {
  /** Everything that its containers wrote. */
  log: string;
  /** What `docker inspect` says of its containers. */
  inspected: string;
  /** What `docker image inspect` and `docker history` say of its image. */
  image: string;
  /** The environment of its running process; undefined where it could not be read. */
  environment: string | undefined;
}

/**
 * @param secrets By name, as they were given to it: looked for are the values, and the passwords inside of addresses.
 */
export function evaluateSecrets(
  service: Service,
  secrets: Record<string, string>,
  { log, inspected, image, environment }: Places,
): Line {
  const parts = partsOf(secrets);
  const found = [
    ...namesIn(log, parts).map((secret) => `${secret} is in its log`),
    ...namesIn(inspected, parts).map((secret) => `docker inspect shows ${secret}`),
    ...service.secrets
      .filter((secret) => new RegExp(`\\b${secret}=`).test(image))
      .map((secret) => `its image sets ${secret}`),
    ...(service.secretsAs === "files" && environment !== undefined
      ? namesIn(environment, parts).map((secret) => `${secret} is in its environment`)
      : []),
  ];
  if (found.length > 0) return fault(name, found.join(", "));
  const where =
    service.secretsAs === "files"
      ? "it reads its secrets from files, and has none in its environment"
      : "its secrets are in its own environment, as secretsAs says";
  return ok(name, `${where}; none is in its log, its image, or what docker inspect shows`);
}

function namesIn(text: string, parts: [string, string][]): string[] {
  return [...new Set(parts.filter(([, part]) => text.includes(part)).map(([secret]) => secret))];
}

/** Each secret with what gives it away. */
function partsOf(secrets: Record<string, string>): [string, string][] {
  return Object.entries(secrets).flatMap(([secret, value]) => {
    const password = URL.canParse(value) ? new URL(value).password : "";
    return password === "" ? [[secret, value]] : [[secret, password]];
  });
}
