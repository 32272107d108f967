import { setTimeout as sleep } from "node:timers/promises";
import type { Service } from "../../infra/configuration/service.ts";
import { memoryPathOptions } from "../../infra/docker/container/memory-path.ts";
import { secretPaths, secretsIntoEnvironment } from "../../infra/docker/container/secrets-to-environment.ts";
import { healthCheckOf } from "../../infra/docker/health-check.ts";
import { docker, type Ended, readDocker } from "../../infra/docker/steps/docker-client.ts";
import { readImageCommand } from "../../infra/docker/steps/read-image-command.ts";
import { secretsDirectory } from "../../infra/topology.ts";
import type { Belongings } from "./platform/belongings.ts";
import type { Given } from "./platform/platform.ts";
import { writeSecrets } from "./platform/secret-volume.ts";

/** What a container of the service is started with, as a deployment on Docker does. */
export interface Start {
  service: Service;
  image: string;
  belongings: Belongings;
  network: string;
  /** Part of its name: "node-1". */
  role: string;
  given: Given;
  /** In place of the image's own. */
  command?: string[];
}

/** A container of the service. */
export class ServiceContainer {
  readonly name: string;
  readonly startedAtMs = Date.now();

  private constructor(name: string) {
    this.name = name;
  }

  /** @throws PersonError when the engine cannot start it. */
  static async start(start: Start): Promise<ServiceContainer> {
    const { service, image, belongings, network, role, given } = start;
    const command = start.command ?? (await commandOf(image));
    const asFiles = service.secretsAs === "files";
    const names = Object.keys(given.secrets);
    const secrets = await writeSecrets(belongings, role, service.user, given.secrets);
    const environment = {
      ...service.environment,
      ...given.settings,
      ...(asFiles ? secretPaths(names) : {}),
    };
    const first = asFiles ? [] : secretsIntoEnvironment(names);
    const [program = "", ...args] = [...first, ...command];
    const user = `${service.user}:${service.user}`;
    const name = belongings.nameOf(role);
    await readDocker([
      ...["run", "--detach", "--name", name, ...belongings.labels, "--network", network],
      ...["--publish", `127.0.0.1::${service.port}`, "--user", user, "--read-only", "--cap-drop", "ALL"],
      ...["--security-opt", "no-new-privileges:true", "--volume", `${secrets}:${secretsDirectory}:ro`],
      ...["--memory", `${service.memoryMegabytes}m`, "--memory-swap", `${service.memoryMegabytes}m`],
      ...service.writablePaths.flatMap((path) => ["--tmpfs", `${path}:${memoryPathOptions(service.user)}`]),
      ...Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
      ...["--entrypoint", program, image, ...args],
    ]);
    return new ServiceContainer(name);
  }

  /** The port of this machine that leads to it; undefined once it has ended. */
  async port(service: Service): Promise<number | undefined> {
    const { standardOutput } = await docker(["port", this.name, `${service.port}/tcp`]);
    return Number(standardOutput.split("\n")[0]?.split(":").at(-1)) || undefined;
  }

  /** @returns Its exit status; undefined while it runs. */
  async exitCode(): Promise<number | undefined> {
    const format = "{{.State.Running}} {{.State.ExitCode}}";
    const [running, code] = (await readDocker(["inspect", "--format", format, this.name])).trim().split(" ");
    return running === "true" ? undefined : Number(code);
  }

  /** @returns Its exit status; undefined when it still runs after that time. */
  async end(withinMs: number): Promise<number | undefined> {
    const endsAtMs = Date.now() + withinMs;
    for (;;) {
      const code = await this.exitCode();
      if (code !== undefined || Date.now() > endsAtMs) return code;
      await sleep(100);
    }
  }

  /** Runs the check that the engine would run in it. */
  checkHealth(service: Service): Promise<Ended> {
    return docker(["exec", this.name, ...healthCheckOf(service)]);
  }

  terminate(): Promise<string> {
    return readDocker(["kill", "--signal", "TERM", this.name]);
  }

  logs(): Promise<Ended> {
    return docker(["logs", this.name]);
  }

  /** The last line of its log that speaks of an error; else its last. */
  async lastWords(): Promise<string> {
    const { standardOutput, standardError } = await this.logs();
    const lines = (standardOutput + standardError).trim().split("\n");
    const telling = lines.findLast((line) => /error|fatal|panic/i.test(line)) ?? lines.at(-1);
    return telling?.trim().slice(0, 300) || "it wrote nothing";
  }

  inspect(): Promise<string> {
    return readDocker(["inspect", this.name]);
  }

  async remove(): Promise<void> {
    await readDocker(["rm", "--force", this.name]);
  }
}

/** What the image starts by itself. */
async function commandOf(image: string): Promise<string[]> {
  const { entrypoint, command } = await readImageCommand(image);
  return [...entrypoint, ...command];
}
