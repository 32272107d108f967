import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type MigrationClients,
  type MigrationRun,
  runMigration,
} from "../../../../infra/aws/delivery/run-migration.ts";
import { clientSettings, findMoto, type Moto, startMoto } from "./moto.ts";

const found = await findMoto();
const reason = "missing" in found ? found.missing : "";
if (reason) console.log(`skipped, the migration task against moto: ${reason}`);

describe.skipIf(reason !== "")("the migration task against moto's ECS", { timeout: 60_000 }, () => {
  let moto: Moto;
  let clients: MigrationClients;
  let cluster: string;

  beforeAll(async () => {
    moto = await startMoto("python" in found ? found.python : "");
    clients = {
      ecs: new ECSClient(clientSettings(moto)),
      logs: new CloudWatchLogsClient(clientSettings(moto)),
      pollMs: 20,
      logDelayMs: 500,
      startPatienceMs: 0,
      startAgainAfterMs: 10,
    };
    cluster =
      (await clients.ecs.send(new CreateClusterCommand({ clusterName: "capstone-test" }))).cluster
        ?.clusterArn ?? "";
    await clients.logs.send(new CreateLogGroupCommand({ logGroupName: "tasks" }));
  }, 60_000);
  afterAll(() => moto?.stop());

  /** A run of a task whose container executes a line of shell. */
  async function runOf(shell: string): Promise<MigrationRun> {
    const { taskDefinition } = await clients.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: "migration",
        networkMode: "awsvpc",
        requiresCompatibilities: ["FARGATE"],
        cpu: "256",
        memory: "512",
        containerDefinitions: [
          {
            name: "migration",
            image: "capstone",
            // moto adds these up; AWS needs them of the task alone.
            cpu: 256,
            memory: 512,
            command: ["sh", "-c", shell],
            logConfiguration: {
              logDriver: "awslogs",
              options: { "awslogs-group": "tasks", "awslogs-stream-prefix": "migration" },
            },
          },
        ],
      }),
    );
    return {
      region: "eu-central-1",
      clusterArn: cluster,
      taskDefinitionArn: taskDefinition?.taskDefinitionArn ?? "",
      subnetIds: [moto.subnetId],
      securityGroupIds: [moto.securityGroupId],
      logGroupName: "tasks",
      containerName: "migration",
      logStreamPrefix: "migration",
      timeoutSeconds: 20,
    };
  }

  test("answers with the newest migration", async () => {
    const run = await runOf(`echo working; echo '{"newest":"0002_profiles","applied":["0002_profiles"]}'`);
    expect(await runMigration(run, clients)).toBe("0002_profiles");
  });

  test("a failure says exit code, stop reason and what the migration said last", async () => {
    const run = await runOf(
      'echo starting; echo "0002_profiles: column \\"bio\\" of relation \\"users\\" already exists"; exit 1',
    );
    await expect(runMigration(run, clients)).rejects.toThrow(
      'The migration failed with exit code 1: Essential container in task exited. It said last: starting\n0002_profiles: column "bio" of relation "users" already exists',
    );
  });

  test("only the last lines are passed on", async () => {
    const run = await runOf("seq 1 50; exit 3");
    await expect(runMigration(run, clients)).rejects.toThrow(
      /exit code 3: .*said last: 46\n47\n48\n49\n50$/s,
    );
  });

  test("a success whose result is not in its log is no success", async () => {
    const run = await runOf("echo all is well");
    await expect(runMigration(run, clients)).rejects.toThrow(
      "The migration ended well and its result did not reach its log; the next deployment asks again. It said last: all is well",
    );
  });

  test("a task that does not end is stopped, and that is said", async () => {
    await transitions({ progression: "manual", times: 1000 });
    try {
      const run = { ...(await runOf("echo waiting for a lock")), timeoutSeconds: 0.2 };
      await expect(runMigration(run, clients)).rejects.toThrow(
        "The migration did not end within 0.2 s and was stopped; it was RUNNING. It said last: waiting for a lock",
      );
      const { taskArns } = await clients.ecs.send(
        new ListTasksCommand({ cluster, desiredStatus: "STOPPED" }),
      );
      const { tasks } = await clients.ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns ?? [] }));
      expect(tasks?.map((task) => task.stoppedReason)).toContain("not ended within 0.2 s");
    } finally {
      await transitions({ progression: "immediate" });
    }
  });

  test("a task that cannot be started says why", async () => {
    const run = { ...(await runOf("true")), taskDefinitionArn: "nowhere:1" };
    await expect(runMigration(run, clients)).rejects.toThrow(/task definition/i);
  });

  test("a task whose container never started is started anew until it does", async () => {
    const run = await runOf(`echo '{"newest":"0002_profiles"}'`);
    await neverStarting(2);
    expect(await runMigration(run, { ...clients, startPatienceMs: 10_000 })).toBe("0002_profiles");
  });

  test("a task whose container never starts fails in the end, and says why", async () => {
    const run = await runOf("true");
    await neverStarting(1000);
    try {
      await expect(runMigration(run, { ...clients, startPatienceMs: 200 })).rejects.toThrow(
        "The migration failed without an exit code: ResourceInitializationError: unable to pull secrets",
      );
    } finally {
      await neverStarting(0);
    }
  });

  test("a migration that failed is not run again", async () => {
    const folder = await mkdtemp(join(tmpdir(), "capstone-test-"));
    try {
      const run = await runOf(`echo ran >> ${folder}/runs; exit 1`);
      await expect(runMigration(run, { ...clients, startPatienceMs: 10_000 })).rejects.toThrow("exit code 1");
      expect(await readFile(join(folder, "runs"), "utf8")).toBe("ran\n");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("no capacity is waited for, and any other refusal is not", async () => {
    let refused = 0;
    const refuse = (message: string) => {
      const ecs = {
        send: async (command: unknown) => {
          if (command instanceof RunTaskCommand && refused++ < 2) throw new Error(message);
          return clients.ecs.send(command as never);
        },
      } as unknown as ECSClient;
      return { ...clients, ecs, startPatienceMs: 10_000 };
    };
    const run = await runOf(`echo '{"newest":"0002_profiles"}'`);
    expect(await runMigration(run, refuse("Capacity is unavailable at this time."))).toBe("0002_profiles");
    refused = 0;
    await expect(runMigration(run, refuse("Cluster not found."))).rejects.toThrow("Cluster not found.");
    expect(refused).toBe(1);
  });

  /** So many of the next tasks end before their container starts, as with a role that IAM does not know yet. */
  async function neverStarting(tasks: number) {
    const { taskDefinition } = await clients.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: "never-starting",
        containerDefinitions: [{ name: String(tasks), image: "none", cpu: 1, memory: 4 }],
      }),
    );
    expect(taskDefinition?.family).toBe("never-starting");
  }

  async function transitions(transition: { progression: string; times?: number }) {
    const body = JSON.stringify({ model_name: "ecs::task", transition });
    const set = await fetch(`${moto.endpoint}/moto-api/state-manager/set-transition`, {
      method: "POST",
      body,
    });
    expect(set.ok).toBe(true);
  }
});
