import { secretsDirectory } from "../../topology.ts";

/** Reads the secret file of each variable that its first argument names, and becomes the service. */
const script = `for name in $1; do
  value=$(cat "${secretsDirectory}/$name") || exit 1
  export "$name=$value"
done
shift
exec "$@"`;

/**
 * What a service is started by that takes its secrets from the environment: so `docker inspect` does not have them. The image
 * needs a shell.
 * @param names Of the secrets. A file that no longer belongs to one may still be in the volume.
 */
export function secretsIntoEnvironment(names: string[]): string[] {
  return ["sh", "-c", script, "sh", names.join(" ")];
}

/** What a service is told that takes its secrets as files: the path of each in NAME_FILE. */
export function secretPaths(names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`${name}_FILE`, `${secretsDirectory}/${name}`]));
}
