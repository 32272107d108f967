import { beforeAll, describe, expect, it } from "vitest";
import { secretsIntoEnvironment } from "../../../infra/docker/container/secrets-to-environment.ts";
import type { GraphResource, ResourceGraph } from "../../../infra/policy/resource-graph/collect.ts";
import { referencesIn } from "../../../infra/policy/resource-graph/render.ts";
import { awsGraph, container, ofType, only, statements } from "./aws/aws-graph.ts";
import { jobType, labelsOf, localGraph, runningContainers } from "./docker/local-graph.ts";

const serviceFolder = "examples/flask";

/** What only the project's own service has, or is called. */
const ownNames =
  /SIGNING_KEYS|signing-key|RATE_LIMITS|CORS_ORIGINS|OBJECT_STORE_ACCESS|SECRETS_DIRECTORY=.*app|app\/main|migrations\/run|app\/certificates|me\/avatar/;

/** Values as they would be deployed; the code of steps, which is kept in the state, aside. */
const text = ({ inputs }: GraphResource) => JSON.stringify({ ...inputs, __provider: undefined });

describe("another service on Docker", () => {
  let graph: ResourceGraph;
  let nodes: GraphResource[];
  beforeAll(async () => {
    graph = await localGraph({ serviceFolder });
    nodes = runningContainers(graph).filter((each) => labelsOf(each)["capstone.role"] === "app");
  });
  const env = (node: GraphResource | undefined) =>
    Object.fromEntries(
      ((node?.inputs.envs ?? []) as string[]).map((line) => line.split(/=(.*)/s).slice(0, 2)),
    );
  const named = (name: string) => graph.resources.find((each) => each.name === name);

  it("runs as it declares itself", () => {
    expect(nodes).toHaveLength(2);
    for (const { inputs } of nodes) {
      expect(inputs).toMatchObject({ user: "10001:10001", memory: 512, stopTimeout: 30, readOnly: true });
      expect(Object.keys(inputs.tmpfs as object)).toEqual(["/tmp"]);
      expect(JSON.stringify(inputs.healthcheck)).toContain('"8000","/health"');
    }
    expect(labelsOf(nodes[0] as GraphResource)["capstone.health"]).toBe("8000/health");
  });

  it("gets settings by the field's names, and no secret among them", () => {
    expect(env(nodes[0])).toMatchObject({
      PORT: "8000",
      NODE_NAME: "capstone-dev-app-1",
      S3_ENDPOINT: "http://edge:3900",
      S3_REGION: "garage",
      S3_BUCKET: "capstone-uploads",
      ASSETS_URL: "http://127.0.0.1:8080/assets",
      RIDE_THROUGH: "1",
    });
    expect(env(nodes[0]).STATIC_URL).toMatch(/^http:\/\/127\.0\.0\.1:8080\/assets\/static\/[0-9a-f]{12}$/);
    expect(env(nodes[0])).not.toHaveProperty("DATABASE_URL");
    expect(nodes[0]?.inputs.entrypoints).toEqual(
      secretsIntoEnvironment([
        "DATABASE_URL",
        "DATABASE_READ_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "JWT_KEY",
      ]),
    );
    const files = (named("app-secrets-writer")?.inputs.uploads as { file: string; content: string }[]) ?? [];
    expect(files.map(({ file, content }) => `${file} ${content}`)).toEqual(
      ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "DATABASE_READ_URL", "DATABASE_URL", "JWT_KEY"].map(
        (name) => `/run/secrets/${name} [secret]`,
      ),
    );
  });

  it("is migrated before any node, by its own command, after its login was made", () => {
    const migration = graph.resources.find(({ type, name }) => type === jobType && name === "migration");
    expect(migration?.inputs.run).toMatchObject({ user: "10001:10001", memoryMegabytes: 512 });
    const before = (resource: GraphResource | undefined): string[] =>
      resource?.dependencies.flatMap((identity) => [identity, ...within(identity)]) ?? [];
    const within = (identity: string): string[] =>
      graph.resources
        .filter(({ parent }) => parent === identity)
        .flatMap(({ type, name }) => [`${type}.${name}`, ...within(`${type}.${name}`)]);
    expect(before(migration)).toContain(`${jobType}.database-login`);
    expect(before(nodes[0])).toContain(`${jobType}.migration`);
    expect(before(nodes[0])).toContain("pulumi-nodejs:dynamic/dynamic:StaticFiles.static-files");
  });

  it("is asked by the proxies where it listens, and by Prometheus for its metrics", () => {
    expect(env(named("proxy-1"))).toMatchObject({
      APP_PORT: "8000",
      HEALTH_PATH: "/health",
      METRICS_PATH: "/metrics",
      DRAINING_BY: "status",
      DRAINING: "503",
    });
    const targets = JSON.stringify(named("metrics-secrets-writer")?.inputs.uploads);
    expect(targets).toContain("app-1:8000");
    expect(targets).toContain("__metrics_path__");
  });

  it("leaves no name of the project's own service", () => {
    for (const resource of [...nodes, ...graph.resources.filter(({ name }) => /^migration/.test(name))])
      expect(text(resource), resource.name).not.toMatch(ownNames);
  });

  it("takes settings and secrets from the stack's config, and refuses what it does not declare", async () => {
    const set = await localGraph({
      serviceFolder,
      serviceEnvironment: '{"RIDE_THROUGH":0,"LOG_LEVEL":"debug"}',
      serviceSecrets: '{"JWT_KEY":"a key of somebody\'s own"}',
      appMemoryMegabytes: "300",
    });
    const node = set.resources.find(({ name }) => name === "app-1");
    expect(env(node)).toMatchObject({ RIDE_THROUGH: "0", LOG_LEVEL: "debug" });
    expect(node?.inputs.memory).toBe(300);
    expect(set.resources.some(({ name }) => name === "service-JWT_KEY")).toBe(false);
    expect(JSON.stringify(set)).not.toContain("somebody's own");
  });

  it.each<[Record<string, string>, string]>([
    [
      { serviceFolder: "nowhere" },
      "There is no nowhere/service.yaml; a service's folder has a Dockerfile and a",
    ],
    [{ serviceFolder: "../app" }, 'capstone:serviceFolder is "../app"; allowed is a folder in the project'],
    [
      { serviceFolder, serviceSecrets: '{"JWT":"a"}' },
      "capstone:serviceSecrets has JWT; allowed is JWT_KEY, the secrets that examples/flask/service.yaml names.",
    ],
    [
      { serviceSecrets: '{"A":"b"}' },
      "capstone:serviceSecrets has A; allowed is none, the secrets that app/",
    ],
    [
      { serviceFolder, serviceSecrets: "words" },
      "capstone:serviceSecrets has no names; set each with --secret",
    ],
    [
      { serviceFolder, serviceEnvironment: "[1]" },
      'capstone:serviceEnvironment is "[1]"; allowed is names with',
    ],
    [
      { serviceFolder, serviceEnvironment: '{"PORT":"1"}' },
      "capstone:serviceEnvironment has PORT; allowed is a name that is not the platform's or a secret's.",
    ],
    [
      { appMemoryMegabytes: "64" },
      'capstone:appMemoryMegabytes is "64"; allowed is 0 or a whole number from 128',
    ],
  ])("refuses %j in one sentence", async (config, sentence) => {
    await expect(localGraph(config)).rejects.toThrow(sentence);
  });
});

describe("another service on AWS", () => {
  let graph: ResourceGraph;
  beforeAll(async () => {
    graph = await awsGraph({ serviceFolder });
  });
  const names = (value: unknown) => (value as { name: string }[]).map(({ name }) => name);

  it("runs as it declares itself, with its secrets by reference", () => {
    const node = container(graph, "capstone-prod-app");
    expect(node).toMatchObject({
      user: "10001:10001",
      readonlyRootFilesystem: true,
      stopTimeout: 35,
      portMappings: [{ containerPort: 8000 }],
      linuxParameters: { tmpfs: [{ containerPath: "/tmp", size: 64 }] },
    });
    // The image's own.
    expect(node).not.toHaveProperty("command");
    expect(names(node.secrets)).toEqual(["DATABASE_READ_URL", "DATABASE_URL", "JWT_KEY"]);
    expect(names(node.environment)).toEqual(
      expect.arrayContaining(["PORT", "S3_BUCKET", "S3_ENDPOINT", "S3_REGION", "STATIC_URL", "RIDE_THROUGH"]),
    );
  });

  it("is asked where it listens, and left in peace as long as it drains", () => {
    const { inputs } = only(graph, "TargetGroup");
    expect(inputs).toMatchObject({ port: 8000, deregistrationDelay: 30, healthCheck: { path: "/health" } });
    const rules = ofType(graph, "SecurityGroupIngressRule").filter(({ name }) =>
      name.endsWith("load-balancer-to-app"),
    );
    expect(rules.map((rule) => rule.inputs.fromPort)).toEqual([8000]);
  });

  it("is migrated after its login was made, each with its own secrets", () => {
    const definition = only(graph, "TaskDefinition", "capstone-prod-migration");
    const containers = JSON.parse(String(definition.inputs.containerDefinitions)) as Record<
      string,
      unknown
    >[];
    expect(containers).toMatchObject([
      { name: "login", essential: false },
      {
        name: "migration",
        essential: true,
        dependsOn: [{ containerName: "login", condition: "SUCCESS" }],
      },
    ]);
    expect(names(containers[0]?.secrets)).toEqual(["APPLICATION_PASSWORD", "SUPERUSER_PASSWORD"]);
    expect(names(containers[1]?.secrets)).toEqual(["OWNER_PASSWORD"]);
    expect(((containers[1]?.entryPoint ?? []) as string[]).slice(-3)).toEqual([
      "python3",
      "-m",
      "guestbook.migrate",
    ]);
  });

  it("may be started with what it needs, and no more", () => {
    const [execution] = ofType(graph, "RolePolicy").filter(
      ({ name }) => name === "capstone-prod-app-execution",
    );
    const { ReadSecrets, PullImage } = statements(execution?.inputs.policy);
    const read = referencesIn(ReadSecrets?.Resource ?? null).map(({ identity }) =>
      identity.split(".").at(-1),
    );
    expect(read.sort()).toEqual([
      "capstone-prod-service-database-read-url",
      "capstone-prod-service-database-url",
      "capstone-prod-service-jwt-key",
    ]);
    expect(referencesIn(PullImage?.Resource ?? null)).toHaveLength(1);
  });

  it("has its static files in the bucket, to be kept for ever", () => {
    const [object, ...more] = ofType(graph, "BucketObjectv2");
    expect(more).toEqual([]);
    expect(object?.inputs).toMatchObject({
      cacheControl: "public, max-age=31536000, immutable",
      contentType: "text/css; charset=utf-8",
      serverSideEncryption: "aws:kms",
    });
    expect(object?.inputs.key).toMatch(/^static\/[0-9a-f]{12}\/page\.css$/);
    expect(object?.retainOnDelete).toBe(true);
  });

  it("leaves no name of the project's own service", () => {
    const importOf = (name: string) => name.startsWith("capstone-prod-import");
    for (const resource of graph.resources)
      if (!importOf(resource.name)) expect(text(resource), resource.name).not.toMatch(ownNames);
  });
});
