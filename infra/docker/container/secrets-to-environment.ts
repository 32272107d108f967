import { secretsDirectory } from "../../topology.ts";

/** Reads every secret file with a variable's name into that variable, and becomes the service. */
const script = `for file in ${secretsDirectory}/*; do
  case \${file##*/} in *[!A-Z0-9_]*) ;; *) export "\${file##*/}=$(cat "$file")" ;; esac
done
exec "$@"`;

/** What a service is started by that takes its secrets from the environment: so `docker inspect` does not have them. */
export const secretsIntoEnvironment = ["sh", "-c", script, "sh"];

/** @param command The image's own. The image needs a shell. */
export function commandWithSecrets(command: string[]): string[] {
  return [...secretsIntoEnvironment, ...command];
}
