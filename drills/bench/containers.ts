import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { docker, readDocker } from "../../infra/docker/steps/docker-client.ts";
import { partName } from "../../infra/naming.ts";
import { projectRoot } from "../../infra/project.ts";
import { secretsDirectory } from "../../infra/topology.ts";
import { runIn } from "../../running-stack/execute.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import { standInLabel } from "../../running-stack/stand-in.ts";

/** What the bench adds to a stack while it runs: the load generator, and the Flask design beside the service. */
export class BenchContainers {
  private readonly stack: RunningStack;
  private readonly names: { load: string; flask: string };

  private constructor(stack: RunningStack) {
    this.stack = stack;
    this.names = { load: `capstone-${stack.name}-bench-load`, flask: `capstone-${stack.name}-bench-flask` };
  }

  /**
   * @param files What the load reads, by name.
   */
  static async start(stack: RunningStack, files: Record<string, string | Buffer>): Promise<BenchContainers> {
    const containers = new BenchContainers(stack);
    await containers.remove();
    await Promise.all(["load", "flask"].map((name) => build(name)));
    await containers.startLoad(files);
    await containers.startFlask();
    return containers;
  }

  /** Runs a program where the load runs. */
  load(command: string[]): Promise<string> {
    return runIn(this.stack.engine.getContainer(this.names.load), command);
  }

  async remove(): Promise<void> {
    for (const name of Object.values(this.names)) {
      await this.stack.engine
        .getContainer(name)
        .remove({ force: true })
        .catch(() => {});
    }
  }

  private async startLoad(files: Record<string, string | Buffer>): Promise<void> {
    await this.run(this.names.load, "load", []);
    const folder = mkdtempSync(join(tmpdir(), "capstone-bench-"));
    // The copy keeps the mode, and the load runs as a user of its own.
    chmodSync(folder, 0o755);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    await readDocker(["cp", `${folder}/.`, `${this.names.load}:/run/bench`]);
    rmSync(folder, { recursive: true });
  }

  /** It reads the application's own password, from the application's own secret file. */
  private async startFlask(): Promise<void> {
    const secrets = `${partName(this.stack.name, "app-secrets")}:${secretsDirectory}:ro`;
    const environment = [
      `SECRETS_DIRECTORY=${secretsDirectory}`,
      "DATABASE_HOST=edge",
      "KEYS_URL=http://app-1:3000/.well-known/jwks.json",
    ];
    const options = ["--network-alias", "flask", "--volume", secrets, "--memory", "768m"];
    for (const variable of environment) options.push("--env", variable);
    await this.run(this.names.flask, "flask", options);
    for (let tries = 0; ; tries++) {
      const ready = await this.load(["wrk", "-t1", "-c1", "-d1s", "http://flask:5000/health"]).catch(
        (error: Error) => error.message,
      );
      if (/Requests\/sec: +[1-9]/.test(ready) && !/Non-2xx/.test(ready)) return;
      if (tries > 20) {
        const { standardOutput, standardError } = await docker(["logs", this.names.flask]);
        throw new Error(`The Flask design does not answer: ${standardOutput}${standardError}`);
      }
      await sleep(500);
    }
  }

  private async run(name: string, image: string, options: string[]): Promise<void> {
    const labels = ["--label", `capstone.stack=${this.stack.name}`, "--label", standInLabel];
    const network = ["--network", partName(this.stack.name, "service-network")];
    const limits = ["--user", "10001:10001", "--cap-drop", "ALL", "--ulimit", "nofile=8192"];
    await readDocker([
      "run",
      "--detach",
      "--name",
      name,
      ...labels,
      ...network,
      ...limits,
      ...options,
      imageName(image),
    ]);
  }
}

function imageName(name: string): string {
  return `capstone-bench-${name}`;
}

async function build(name: string): Promise<void> {
  await readDocker(["build", "--quiet", "--tag", imageName(name), join(projectRoot, "drills/bench", name)]);
}
