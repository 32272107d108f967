import { spawn } from "node:child_process";
import { readDocker } from "../../../infra/docker/steps/docker-client.ts";
import { secretsDirectory } from "../../../infra/topology.ts";
import { baseImages } from "../../toolchain/versions.mjs";
import type { Belongings } from "./belongings.ts";

/** Reads lines of a name and a content in base64. Each file is its reader's alone, who is the first argument. */
const writer = `set -eu; umask 277; cd ${secretsDirectory}
while read -r name content; do printf %s "$content" | base64 --decode >"$name"; chown "$1:$1" "$name"; done`;

/**
 * Secrets as files of a volume, as a deployment delivers them: in no argument, in no environment.
 * @param reader The user who may read them.
 * @returns The volume's name.
 */
export async function writeSecrets(
  belongings: Belongings,
  role: string,
  reader: number,
  secrets: Record<string, string>,
): Promise<string> {
  const volume = belongings.nameOf(`${role}-secrets`);
  await readDocker(["volume", "create", ...belongings.labels, volume]);
  const lines = Object.entries(secrets).map(
    ([name, content]) => `${name} ${Buffer.from(content).toString("base64")}\n`,
  );
  await feed(
    [
      ...["run", "--rm", "--interactive", "--network=none", ...belongings.labels],
      ...["--volume", `${volume}:${secretsDirectory}`, baseImages.debian],
      ...["sh", "-c", writer, "sh", String(reader)],
    ],
    lines.join(""),
  );
  return volume;
}

function feed(args: string[], input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const client = spawn("docker", args, { stdio: ["pipe", "ignore", "pipe"], timeout: 60_000 });
    let said = "";
    client.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    client.on("error", reject);
    client.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`Secrets were not written: ${said}`)),
    );
    client.stdin.on("error", () => {});
    client.stdin.end(input);
  });
}
