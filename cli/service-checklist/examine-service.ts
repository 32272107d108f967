import path from "node:path";
import { isOwn, readService, type Service } from "../../infra/configuration/service.ts";
import { docker, readDocker } from "../../infra/docker/steps/docker-client.ts";
import { PersonError } from "../../infra/errors.ts";
import { projectRoot } from "../../infra/project.ts";
import { checkAssets } from "./checks/assets.ts";
import { evaluateDatabaseLost, takeDatabaseAway } from "./checks/database-lost.ts";
import { drain, evaluateDrain } from "./checks/drain.ts";
import { evaluateFiles } from "./checks/files.ts";
import { checkImage, imageOf } from "./checks/image.ts";
import { checkMetrics } from "./checks/metrics.ts";
import { checkMigration } from "./checks/migration.ts";
import { evaluateSecrets } from "./checks/secrets.ts";
import { evaluateStart, watchStart } from "./checks/start.ts";
import { evaluateStartAlone, startWithoutDatabase } from "./checks/start-without-database.ts";
import { conclude, type ServiceExamination } from "./examination.ts";
import { fault, type Line, ok } from "./line.ts";
import { Belongings, removeLeftBehind } from "./platform/belongings.ts";
import { type Platform, startPlatform } from "./platform/platform.ts";
import { ServiceContainer, type Start } from "./service-container.ts";

export interface Options {
  /** The service's folder, relative to the current one. */
  folder: string;
  /** A page of it that reads the database. */
  page: string;
  /** Called with each line as soon as it is known. */
  tell: (line: Line) => void;
}

/** Builds a service, starts it on a platform of its own, and holds it against the checklist. Leaves its image only. */
export async function examineService({ folder, page, tell }: Options): Promise<ServiceExamination> {
  const lines: Line[] = [];
  const report = (...found: Line[]) => {
    lines.push(...found);
    for (const line of found) tell(line);
    return found.every(({ state }) => state !== "fault");
  };
  const root = process.cwd();
  if (root === projectRoot && isOwn({ folder: path.normalize(folder).replace(/\/$/, "") }))
    throw new PersonError(
      `${folder} is the project's own service, whose settings have names of their own: \`npm test\` looks at it.`,
    );
  const service = readDeclaration(folder, root);
  if (service instanceof PersonError) {
    report(fault("declaration", service.message));
    return conclude(folder, lines);
  }
  report(ok("declaration", `${folder}/service.yaml is as its schema says`), checkAssets(service, root));
  if (!report(await checkImage(service, root))) return conclude(service.name, lines);
  await removeLeftBehind();
  const belongings = new Belongings();
  const stop = (signal: NodeJS.Signals) =>
    void belongings.remove().finally(() => process.exit(signal === "SIGINT" ? 130 : 143));
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    const platform = await startPlatform(belongings, service);
    await examineRunning(service, belongings, platform, page, report);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    await belongings.remove();
  }
  return conclude(service.name, lines);
}

function readDeclaration(folder: string, root: string): Service | PersonError {
  try {
    return readService(path.relative(root, path.resolve(root, folder)), root);
  } catch (error) {
    if (error instanceof PersonError) return error;
    throw error;
  }
}

/** @param report Takes lines; says whether none of them is a fault. */
async function examineRunning(
  service: Service,
  belongings: Belongings,
  { network, database, toMigration, toService }: Platform,
  page: string,
  report: (...found: Line[]) => boolean,
): Promise<void> {
  const image = imageOf(service);
  const common = { service, image, belongings, network };
  const migration = await checkMigration({ ...common, given: toMigration });
  report(...migration);
  if (migration[0]?.state === "fault") return;

  const start = (role: string): Start => ({ ...common, role, given: toService });
  const node = await ServiceContainer.start(start("node-1"));
  const containers = [node];
  const started = await watchStart(service, node);
  report(
    ...evaluateStart(service, started),
    evaluateFiles(service, started.readyAfterMs !== undefined, await logOf(node)),
  );
  const port = await node.port(service);
  let environment: string | undefined;
  if (started.readyAfterMs !== undefined && port !== undefined) {
    environment = await environmentOf(node);
    report(await checkMetrics(service, port));
    const lost = await takeDatabaseAway(service, node, port, page, database);
    report(...evaluateDatabaseLost(service, lost));
    if (lost.exitCode === undefined)
      report(...evaluateDrain(service, await drain(service, node, port, page)));
    const { container, alone } = await startWithoutDatabase(start("node-2"), page, database);
    containers.push(container);
    report(evaluateStartAlone(service, alone));
  }
  const secrets = { ...toService.secrets, ...toMigration.secrets };
  report(
    evaluateSecrets(service, secrets, { ...(await placesOf(belongings, containers, image)), environment }),
  );
}

async function placesOf(belongings: Belongings, containers: ServiceContainer[], image: string) {
  const migrations = [1, 2].map((number) => docker(["logs", belongings.nameOf(`migration-${number}`)]));
  const written = await Promise.all([...migrations, ...containers.map((container) => container.logs())]);
  const inspected = await Promise.all(containers.map((container) => container.inspect()));
  const ofImage = await Promise.all([
    readDocker(["image", "inspect", image]),
    readDocker(["history", "--no-trunc", image]),
  ]);
  return {
    log: written.map(({ standardOutput, standardError }) => standardOutput + standardError).join("\n"),
    inspected: inspected.join("\n"),
    image: ofImage.join("\n"),
  };
}

async function logOf(container: ServiceContainer): Promise<string> {
  const { standardOutput, standardError } = await container.logs();
  return standardOutput + standardError;
}

/** Of its first process; an image without `cat` keeps it to itself. */
async function environmentOf({ name }: ServiceContainer): Promise<string | undefined> {
  const { exitCode, standardOutput } = await docker(["exec", name, "cat", "/proc/1/environ"]);
  return exitCode === 0 ? standardOutput : undefined;
}
