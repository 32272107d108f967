import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import { ownServiceFolder, readService } from "../../../../infra/configuration/service.ts";
import schema from "../../../../infra/outputs.schema.json" with { type: "json" };
import type { ResourceGraph } from "../../../../infra/policy/resource-graph/collect.ts";
import { at, list } from "../../../../infra/policy/resources.ts";
import { projectRoot } from "../../../../infra/project.ts";
import { awsGraph, container, ofType, only, smallest, statements } from "./aws-graph.ts";

const service = readService(ownServiceFolder);
let graph: ResourceGraph;
beforeAll(async () => {
  graph = await awsGraph();
});

const output = (type: string, name: string, property: string) => `\${aws:${type}.${name}.${property}}`;

describe("network", () => {
  test("three tiers of subnets, each over three zones", () => {
    const subnets = ofType(graph, "Subnet").map(({ inputs }) => [
      at(inputs.tags, "capstone:tier"),
      inputs.availabilityZone,
    ]);
    for (const tier of ["public", "private", "isolated"]) {
      expect(subnets.filter(([of]) => of === tier).map(([, zone]) => zone)).toEqual([
        "eu-central-1a",
        "eu-central-1b",
        "eu-central-1c",
      ]);
    }
  });

  test.each([
    ["perZone", 3],
    ["single", 1],
    ["none", 0],
  ])("natGateways %s makes %i", async (natGateways, count) => {
    const variant = await awsGraph({ natGateways });
    expect(ofType(variant, "NatGateway")).toHaveLength(count);
    expect(ofType(variant, "Eip")).toHaveLength(count);
    const ways = ofType(variant, "Route").filter(({ inputs }) => inputs.natGatewayId !== undefined);
    expect(ways).toHaveLength(count === 0 ? 0 : 3);
    // Each zone leads to its own gateway while there are that many.
    expect(new Set(ways.map(({ inputs }) => inputs.natGatewayId)).size).toBe(count);
  });

  test("the isolated subnets have no way out", () => {
    const table = only(graph, "RouteTable", "capstone-prod-isolated");
    const routes = ofType(graph, "Route").map(({ inputs }) => inputs.routeTableId);
    expect(routes).not.toContain(output("ec2/routeTable:RouteTable", table.name, "id"));
    expect(table.inputs.routes).toBeUndefined();
  });

  test("images, logs, secrets and objects are reached inside the network", async () => {
    const services = (of: ResourceGraph) =>
      ofType(of, "VpcEndpoint")
        .map(({ inputs }) => inputs.serviceName)
        .sort();
    const s3 = "com.amazonaws.eu-central-1.s3";
    expect(services(graph)).toEqual([
      "com.amazonaws.eu-central-1.ecr.api",
      "com.amazonaws.eu-central-1.ecr.dkr",
      "com.amazonaws.eu-central-1.logs",
      s3,
      "com.amazonaws.eu-central-1.secretsmanager",
    ]);
    expect(services(await awsGraph({ interfaceEndpoints: "false" }))).toEqual([s3]);
  });

  test("the default security group is closed, and flows are logged", () => {
    expect(only(graph, "DefaultSecurityGroup").inputs).toMatchObject({ ingress: [], egress: [] });
    expect(only(graph, "FlowLog").inputs).toMatchObject({ trafficType: "ALL", maxAggregationInterval: 60 });
  });

  test("only neighbours talk", () => {
    const group = (value: unknown) => /capstone-prod-([a-z-]+)\.id/.exec(String(value))?.[1] ?? String(value);
    const rules = ofType(graph, "SecurityGroupIngressRule").map(({ inputs }) => {
      const from = inputs.referencedSecurityGroupId ?? inputs.cidrIpv4;
      return `${group(from)} to ${group(inputs.securityGroupId)} ${inputs.fromPort}`;
    });
    expect(rules.sort()).toEqual([
      "0.0.0.0/0 to load-balancer 443",
      "0.0.0.0/0 to load-balancer 80",
      "app to database 5432",
      "app to endpoints 443",
      "load-balancer to app 3000",
      "migration to database 5432",
      "migration to endpoints 443",
    ]);
  });
});

describe("database", () => {
  test("an instance with a standby: encrypted, backed up, watched, hard to delete", () => {
    const { inputs, protect } = only(graph, "Instance");
    expect(protect).toBe(true);
    expect(inputs).toMatchObject({
      engine: "postgres",
      engineVersion: "17",
      multiAz: true,
      publiclyAccessible: false,
      storageEncrypted: true,
      kmsKeyId: output("kms/key:Key", "capstone-prod", "arn"),
      manageMasterUserPassword: true,
      backupRetentionPeriod: 14,
      copyTagsToSnapshot: true,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: "capstone-prod-final",
      deletionProtection: true,
      caCertIdentifier: "rds-ca-rsa2048-g1",
      performanceInsightsEnabled: true,
      monitoringInterval: 15,
      enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
    });
    expect(inputs.password).toBeUndefined();
    expect(ofType(graph, "Cluster").map(({ type }) => type)).toEqual(["aws:ecs/cluster:Cluster"]);
  });

  test("a cluster of three, where the config says so", async () => {
    const cluster = await awsGraph({ databaseAvailability: "cluster" });
    expect(ofType(cluster, "Instance")).toEqual([]);
    const found = cluster.resources.filter(({ type }) => type === "aws:rds/cluster:Cluster");
    expect(found).toHaveLength(1);
    expect(found[0]?.inputs).toMatchObject({
      dbClusterInstanceClass: "db.m6gd.large",
      deletionProtection: true,
    });
  });

  test("TLS is forced, and what is slow, waits or changes the schema is logged", () => {
    const parameters = list(only(graph, "ParameterGroup").inputs.parameters);
    const values = Object.fromEntries(
      parameters.map((parameter) => [at(parameter, "name"), at(parameter, "value")]),
    );
    expect(values).toMatchObject({
      "rds.force_ssl": "1",
      log_statement: "ddl",
      log_lock_waits: "1",
      log_min_duration_statement: "500",
    });
  });

  test("failover, failure and low storage are told", () => {
    const { inputs } = only(graph, "EventSubscription");
    expect(inputs.eventCategories).toEqual(expect.arrayContaining(["failover", "failure", "low storage"]));
    expect(inputs.sourceIds).toEqual([output("rds/instance:Instance", "capstone-prod", "identifier")]);
  });
});

describe("traffic", () => {
  test("TLS 1.2 and 1.3, and a redirect for the rest", () => {
    expect(only(graph, "Listener", "capstone-prod-https").inputs).toMatchObject({
      port: 443,
      protocol: "HTTPS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
      routingHttpResponseStrictTransportSecurityHeaderValue: "max-age=63072000",
      certificateArn: output(
        "acm/certificateValidation:CertificateValidation",
        "capstone-prod",
        "certificateArn",
      ),
    });
    expect(at(only(graph, "Listener", "capstone-prod-http").inputs, "defaultActions.0.redirect")).toEqual({
      protocol: "HTTPS",
      port: "443",
      statusCode: "HTTP_301",
    });
  });

  test("plain HTTP only where it is said, and then no certificate and no record", async () => {
    const plain = await awsGraph(smallest);
    expect(ofType(plain, "Listener").map(({ inputs }) => inputs.protocol)).toEqual(["HTTP"]);
    expect(at(only(plain, "Listener").inputs, "defaultActions.0.type")).toBe("forward");
    for (const type of ["Certificate", "CertificateValidation", "Record"])
      expect(ofType(plain, type)).toEqual([]);
  });

  test("a node is asked every 10 s, and is out after two failures", () => {
    const { inputs } = only(graph, "TargetGroup");
    expect(inputs.healthCheck).toMatchObject({
      path: "/health",
      interval: 10,
      unhealthyThreshold: 2,
      matcher: "200",
    });
    expect(inputs.deregistrationDelay).toBe(service.stopSeconds);
  });

  test("invalid headers are dropped, requests logged, deletion refused, metrics hidden", () => {
    expect(only(graph, "LoadBalancer").inputs).toMatchObject({
      dropInvalidHeaderFields: true,
      enableDeletionProtection: true,
      accessLogs: { enabled: true, bucket: output("s3/bucket:Bucket", "capstone-prod-logs", "bucket") },
    });
    const rule = only(graph, "ListenerRule");
    expect(at(rule.inputs, "conditions.0.pathPattern.values")).toContain("/metrics");
    expect(at(rule.inputs, "actions.0.fixedResponse.statusCode")).toBe("404");
  });

  test("the web firewall lets avatars through, and is there only where it is asked for", async () => {
    const groups = list(only(graph, "WebAcl").inputs.rules);
    const common = groups.find((rule) => at(rule, "name") === "AWSManagedRulesCommonRuleSet");
    const overrides = list(at(common, "statement.managedRuleGroupStatement.ruleActionOverrides"));
    expect(overrides.map((override) => at(override, "name"))).toContain("SizeRestrictions_BODY");
    expect(ofType(await awsGraph({ webFirewall: "false" }), "WebAcl")).toEqual([]);
  });
});

describe("service", () => {
  test("two tasks over all private subnets, rolled with a way back", () => {
    const { inputs, dependencies } = only(graph, "Service");
    expect(inputs).toMatchObject({
      desiredCount: 2,
      launchType: "FARGATE",
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      availabilityZoneRebalancing: "ENABLED",
      deploymentCircuitBreaker: { enable: true, rollback: true },
      alarms: { enable: true, rollback: true },
      waitForSteadyState: true,
    });
    expect(list(at(inputs, "networkConfiguration.subnets"))).toHaveLength(3);
    // The gate: no node of a version before its migration has been.
    expect(dependencies).toContain("pulumi-nodejs:dynamic/aws:MigrationTask.capstone-prod-migration");
  });

  test("its nodes are told whose pages may use them, and where traces go", async () => {
    const [corsOrigins, tracesUrl] = ["https://app.example.com", "https://collector.example.com/v1/traces"];
    const told = container(await awsGraph({ corsOrigins, tracesUrl }), "capstone-prod-app");
    expect(told.environment).toContainEqual({ name: "CORS_ORIGINS", value: corsOrigins });
    expect(told.environment).toContainEqual({ name: "TRACES_URL", value: tracesUrl });
    expect(JSON.stringify(container(graph, "capstone-prod-app"))).not.toMatch(/CORS_ORIGINS|TRACES_URL/);
  });

  test("its container: own user, read-only root, init, image by digest, time to drain", () => {
    const app = container(graph, "capstone-prod-app");
    expect(app).toMatchObject({
      user: `${service.user}:${service.user}`,
      readonlyRootFilesystem: true,
      linuxParameters: { initProcessEnabled: true },
    });
    expect(app.image).toMatch(
      /repositoryUrl\}@\$\{pulumi-nodejs:dynamic\/aws:PushedImage\.capstone-prod\.digest\}$/,
    );
    expect(app.stopTimeout).toBeGreaterThan(service.stopSeconds);
    expect(app.stopTimeout).toBeLessThanOrEqual(120);
    // Asked about the database, a failover there would end every node.
    expect(app.healthCheck).toBeUndefined();
  });

  test("secrets come by reference to a version; the store needs none", () => {
    const app = container(graph, "capstone-prod-app");
    expect(list(app.secrets).map((secret) => at(secret, "name"))).toEqual([
      "DATABASE_PASSWORD",
      "SIGNING_KEYS",
    ]);
    for (const secret of list(app.secrets))
      expect(at(secret, "valueFrom")).toMatch(/\.arn\}:::\$\{.*\.versionId\}$/);
    const names = list(app.environment).map((entry) => at(entry, "name"));
    expect(names).not.toContain("OBJECT_STORE_ACCESS_KEY");
    expect(names).not.toContain("OBJECT_STORE_ENDPOINT");
  });

  test("it grows by CPU and by requests", () => {
    const policies = ofType(graph, "Policy").filter(({ type }) => type.startsWith("aws:appautoscaling/"));
    const metrics = policies.map(({ inputs }) =>
      at(
        inputs,
        "targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification.predefinedMetricType",
      ),
    );
    expect(metrics.sort()).toEqual(["ALBRequestCountPerTarget", "ECSServiceAverageCPUUtilization"]);
    expect(only(graph, "Target").inputs).toMatchObject({ minCapacity: 2, maxCapacity: 8 });
  });

  test.each(["capstone-prod", "capstone-prod-import"])(
    "the tags of the repository %s never move, its images are scanned and leave",
    (name) => {
      expect(only(graph, "Repository", name).inputs).toMatchObject({
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
      });
      expect(only(graph, "LifecyclePolicy", name).inputs.repository).toBe(
        output("ecr/repository:Repository", name, "name"),
      );
    },
  );
});

describe("the import's task", () => {
  const grants = (role: string) =>
    statements(only(graph, "RolePolicy", `capstone-prod-import-${role}`).inputs.policy);

  test("reads what is brought, writes images and avatars, and nothing else", () => {
    const { ReadWhatIsImported, WriteImages, FindImages, UseKeyOfBuckets, ...more } = grants("application");
    expect(more).toEqual({});
    expect(ReadWhatIsImported).toMatchObject({
      Action: "s3:GetObject",
      Resource: `${output("s3/bucket:Bucket", "capstone-prod-imports", "arn")}/*`,
    });
    expect(WriteImages?.Resource).toEqual([
      `${output("s3/bucket:Bucket", "capstone-prod-uploads", "arn")}/images/*`,
      `${output("s3/bucket:Bucket", "capstone-prod-uploads", "arn")}/avatars/*`,
    ]);
    expect(FindImages?.Action).toBe("s3:ListBucket");
    expect(UseKeyOfBuckets?.Condition).toEqual({
      StringEquals: { "kms:ViaService": "s3.eu-central-1.amazonaws.com" },
    });
  });

  test("is given the owner's secret alone, by reference, and its own image", () => {
    const task = container(graph, "capstone-prod-import");
    expect(task.secrets).toEqual([
      {
        name: "DATABASE_PASSWORD",
        valueFrom: expect.stringMatching(/masterUserSecrets\[0\]\.secretArn\}:password::$/),
      },
    ]);
    expect(list(grants("execution").ReadSecrets?.Resource)).toHaveLength(1);
    expect(task.image).not.toBe(container(graph, "capstone-prod-app").image);
    expect(grants("execution").PullImage?.Resource).toBe(
      output("ecr/repository:Repository", "capstone-prod-import", "arn"),
    );
  });

  test("writes to its scratch volume, where the image has a place for its user, and nowhere else", () => {
    const task = container(graph, "capstone-prod-import");
    expect(task.readonlyRootFilesystem).toBe(true);
    expect(task.mountPoints).toEqual([
      { sourceVolume: "scratch", containerPath: "/import", readOnly: false },
    ]);
    expect(only(graph, "TaskDefinition", "capstone-prod-import").inputs.volumes).toEqual([
      { name: "scratch" },
    ]);
    const image = readFileSync(join(projectRoot, "import-sqlite", "Dockerfile"), "utf8");
    expect(image).toContain('VOLUME ["/import"]');
    expect(image).toContain("install -d --owner 10001 --group 10001 /import");
  });

  test("what is brought is encrypted, leaves by itself, and can be read from the network's inside", () => {
    const lifecycle = only(graph, "BucketLifecycleConfiguration", "capstone-prod-imports");
    expect(list(lifecycle.inputs.rules)[0]).toMatchObject({
      filter: { prefix: "" },
      expiration: { days: 1 },
      noncurrentVersionExpiration: { noncurrentDays: 1 },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
    });
    const encryption = only(graph, "BucketServerSideEncryptionConfiguration", "capstone-prod-imports");
    expect(JSON.stringify(encryption.inputs.rules)).toContain("aws:kms");
    const { Imports } = statements(only(graph, "VpcEndpoint", "capstone-prod-endpoints-s3").inputs.policy);
    expect(Imports).toMatchObject({
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::capstone-imports-prod-123456789012/*",
    });
    // The distribution reads the bucket of the uploads, and no other.
    const { AssetsThroughCloudFront } = statements(
      only(graph, "BucketPolicy", "capstone-prod-imports").inputs.policy,
    );
    expect(AssetsThroughCloudFront).toBeUndefined();
  });

  test("nothing of it runs, or is paid, at rest", () => {
    const kinds = graph.resources
      .filter(({ type, name }) => type.startsWith("aws:") && name.startsWith("capstone-prod-import"))
      .map(({ type }) => type.split(":").at(-1) ?? "");
    expect([...new Set(kinds)].sort()).toEqual([
      "Bucket",
      "BucketLifecycleConfiguration",
      "BucketLogging",
      "BucketOwnershipControls",
      "BucketPolicy",
      "BucketPublicAccessBlock",
      "BucketServerSideEncryptionConfiguration",
      "BucketVersioning",
      "LifecyclePolicy",
      "Repository",
      "Role",
      "RolePolicy",
      "TaskDefinition",
    ]);
  });
});

describe("migration", () => {
  test("runs again for a migration, a password or a database, and for nothing else", () => {
    const task = graph.resources.find(({ type }) => type === "pulumi-nodejs:dynamic/aws:MigrationTask");
    expect(Object.keys(at(task?.inputs, "triggers") as object).sort()).toEqual([
      "applicationPassword",
      "database",
      "migrations",
    ]);
    expect(JSON.stringify(at(task?.inputs, "triggers"))).not.toContain("digest");
  });

  test("is the service's image, as the schema's owner", () => {
    const migration = container(graph, "capstone-prod-migration");
    expect(migration.image).toBe(container(graph, "capstone-prod-app").image);
    expect(migration.command).toEqual(["node", "migrations/run.ts"]);
    expect(JSON.stringify(migration.environment)).toContain("postgresql://capstone_owner@");
    expect(list(migration.secrets).map((secret) => at(secret, "name"))).toEqual([
      "APPLICATION_PASSWORD",
      "DATABASE_PASSWORD",
    ]);
  });
});

describe("objects", () => {
  test("only CloudFront reads them, and only this distribution", () => {
    const policy = statements(only(graph, "BucketPolicy", "capstone-prod-uploads").inputs.policy);
    const reader = policy.AssetsThroughCloudFront;
    expect(reader?.Action).toBe("s3:GetObject");
    expect(at(at(reader, "Condition"), "StringEquals")).toEqual({
      "aws:SourceArn": output("cloudfront/distribution:Distribution", "capstone-prod-uploads-assets", "arn"),
    });
    expect(only(graph, "OriginAccessControl").inputs).toMatchObject({ signingBehavior: "always" });
  });

  test("they are told to run nothing, in the words of the proxies on Docker", () => {
    const proxies = readFileSync(join(projectRoot, "infra/docker/images/proxy/haproxy.cfg"), "utf8");
    const header = (name: string) =>
      new RegExp(`http-response set-header ${name} "?([^"\\n]+)"?$`, "m").exec(proxies)?.[1];
    const { inputs } = only(graph, "ResponseHeadersPolicy");
    expect(inputs.securityHeadersConfig).toMatchObject({
      contentSecurityPolicy: { contentSecurityPolicy: header("content-security-policy"), override: true },
      contentTypeOptions: { override: true },
      strictTransportSecurity: { accessControlMaxAgeSec: 31_536_000 },
    });
    expect(inputs.customHeadersConfig).toMatchObject({
      items: [{ header: "cross-origin-resource-policy", value: header("cross-origin-resource-policy") }],
    });
    expect(only(graph, "Distribution").inputs.defaultCacheBehavior).toMatchObject({
      responseHeadersPolicyId: output(
        "cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
        "capstone-prod-uploads-assets",
        "id",
      ),
    });
  });
});

describe("operations", () => {
  const alarmsOf = (of: ResourceGraph) =>
    ofType(of, "MetricAlarm")
      .map(({ name }) => name.replace("capstone-prod-", ""))
      .sort();

  test("everything the service needs is watched, and told where the alarm is", () => {
    expect(alarmsOf(graph)).toEqual([
      "backup-age-database",
      "backup-age-uploads",
      "backup-expired-database",
      "backup-expired-uploads",
      "backup-failed-database",
      "backup-failed-uploads",
      "balancer-errors",
      "certificate-age",
      "database-connections",
      "database-cpu",
      "database-memory",
      "database-storage",
      "firewall-blocks",
      "global-assets-errors",
      "global-certificate-age",
      "latency",
      "nat-1",
      "nat-2",
      "nat-3",
      "node-errors",
      "running-tasks",
      "unhealthy-hosts",
    ]);
    const topics = ofType(graph, "Topic").map(({ name, inputs }) => [name, inputs.region]);
    expect(topics).toEqual([
      ["capstone-prod", undefined],
      ["capstone-prod-global", "us-east-1"],
    ]);
    for (const { name, inputs } of ofType(graph, "MetricAlarm")) {
      const [topic, region] = topics.find(([_, where]) => where === inputs.region) ?? [];
      expect(inputs.alarmActions, name).toEqual([output("sns/topic:Topic", String(topic), "arn")]);
      expect(region === "us-east-1", name).toBe(name.includes("-global-"));
    }
  });

  test("there is no alarm for what is not there", async () => {
    const least = alarmsOf(await awsGraph({ ...smallest, natGateways: "none", interfaceEndpoints: "true" }));
    expect(least.filter((name) => /certificate|firewall|nat/.test(name))).toEqual([]);
    expect(least).toContain("global-assets-errors");
  });

  test("a backup of the uploads is none of the database, and the first night comes before an alarm", () => {
    const completed = (what: string) => {
      const queries = list(
        only(graph, "MetricAlarm", `capstone-prod-backup-age-${what}`).inputs.metricQueries,
      );
      return queries.find((query) => at(query, "id") === "completed");
    };
    const vault = (name: string) => output("backup/vault:Vault", name, "name");
    expect(at(completed("database"), "metric.dimensions")).toEqual({
      BackupVaultName: vault("capstone-prod"),
    });
    expect(at(completed("uploads"), "metric.dimensions")).toEqual({
      BackupVaultName: vault("capstone-prod-uploads"),
    });
    const { inputs } = only(graph, "MetricAlarm", "capstone-prod-backup-age-database");
    expect(at(inputs.metricQueries, "0.expression")).toBe("IF(FILL(there, 0) > 0, FILL(completed, 0), 1)");
    // Where CloudWatch fills no metric that never was, it goes off too early and not never.
    expect(inputs).toMatchObject({ evaluationPeriods: 30, treatMissingData: "breaching" });
    for (const what of ["capstone-prod", "capstone-prod-uploads"])
      expect(at(only(graph, "Plan", what).inputs.rules, "0.targetVaultName")).toBe(vault(what));
  });

  test("a backup that failed and one that never ran are each told, whether or not the other's metric is there", () => {
    for (const what of ["database", "uploads"]) {
      for (const [how, metricName] of [
        ["failed", "NumberOfBackupJobsFailed"],
        ["expired", "NumberOfBackupJobsExpired"],
      ]) {
        const { inputs } = only(graph, "MetricAlarm", `capstone-prod-backup-${how}-${what}`);
        expect(inputs).toMatchObject({ namespace: "AWS/Backup", metricName, threshold: 0 });
        expect(inputs.metricQueries).toBeUndefined();
      }
    }
  });

  test("the firewall's alarm knows it by its name, as CloudWatch does", () => {
    expect(only(graph, "MetricAlarm", "capstone-prod-firewall-blocks").inputs.dimensions).toEqual({
      WebACL: output("wafv2/webAcl:WebAcl", "capstone-prod-firewall", "name"),
      Region: "eu-central-1",
      Rule: "ALL",
    });
  });

  test("the readers' lag is watched where there are readers", async () => {
    const cluster = await awsGraph({ databaseAvailability: "cluster" });
    expect(only(cluster, "MetricAlarm", "capstone-prod-database-replica-lag").inputs.metricName).toBe(
      "ReplicaLag",
    );
  });

  test("database and uploads are backed up, and a restore is proved every week", () => {
    const rule = (name: string) => at(only(graph, "Plan", name).inputs.rules, "0.enableContinuousBackup");
    const resources = (name: string) => only(graph, "Selection", name).inputs.resources;
    // Continuous backup of a database would keep one recovery point and take RDS's own retention over.
    expect(resources("capstone-prod")).toEqual([output("rds/instance:Instance", "capstone-prod", "arn")]);
    expect(rule("capstone-prod")).toBe(false);
    expect(resources("capstone-prod-uploads")).toEqual([
      output("s3/bucket:Bucket", "capstone-prod-uploads", "arn"),
    ]);
    expect(rule("capstone-prod-uploads")).toBe(true);
    // AWS Backup no longer sends these.
    const events = ofType(graph, "VaultNotifications")
      .flatMap(({ inputs }) => list(inputs.backupVaultEvents))
      .map(String);
    expect(events).toContain("RESTORE_JOB_COMPLETED");
    expect(
      events.filter((event) => /^(BACKUP|RESTORE)_JOB_(FAILED|SUCCESSFUL|EXPIRED)$/.test(event)),
    ).toEqual([]);
    const restored = ofType(graph, "RestoreTestingSelection").map(({ inputs }) => [
      inputs.protectedResourceType,
      inputs.protectedResourceArns,
    ]);
    expect(restored).toEqual([
      ["RDS", resources("capstone-prod")],
      ["S3", resources("capstone-prod-uploads")],
    ]);
    expect(at(only(graph, "RestoreTestingPlan").inputs, "recoveryPointSelection.recoveryPointTypes")).toEqual(
      ["SNAPSHOT", "CONTINUOUS"],
    );
    for (const { inputs } of ofType(graph, "VaultLockConfiguration")) expect(inputs.minRetentionDays).toBe(7);
  });

  test("backups are copied to another region where the config names one, and a copy that fails is told", async () => {
    const region = "eu-west-1";
    const copied = await awsGraph({ backupCopyRegion: region });
    const there = copied.resources.filter(({ inputs }) => inputs.region === region);
    expect(there.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)).toEqual([
      "Vault capstone-prod-copies",
      "Vault capstone-prod-copies-uploads",
      "VaultLockConfiguration capstone-prod-copies",
      "VaultLockConfiguration capstone-prod-copies-uploads",
      "Alias capstone-prod-copies",
      "Key capstone-prod-copies",
    ]);
    const key = output("kms/key:Key", "capstone-prod-copies", "arn");
    for (const what of ["", "-uploads"]) {
      const vault = only(copied, "Vault", `capstone-prod-copies${what}`);
      expect(vault).toMatchObject({ protect: true, retainOnDelete: true, inputs: { kmsKeyArn: key } });
      expect(at(only(copied, "Plan", `capstone-prod${what}`).inputs.rules, "0.copyActions")).toEqual([
        {
          destinationVaultArn: output("backup/vault:Vault", vault.name, "arn"),
          lifecycle: { deleteAfter: 14 },
        },
      ]);
    }
    expect(only(copied, "Key", "capstone-prod-copies").retainOnDelete).toBe(true);
    const failed = only(copied, "EventRule", "capstone-prod-copies-failed").inputs;
    expect(JSON.parse(String(failed.eventPattern))).toEqual({
      source: ["aws.backup"],
      "detail-type": ["Copy Job State Change"],
      detail: {
        state: ["FAILED"],
        destinationBackupVaultArn: [
          output("backup/vault:Vault", "capstone-prod-copies", "arn"),
          output("backup/vault:Vault", "capstone-prod-copies-uploads", "arn"),
        ],
      },
    });
    expect(only(copied, "EventTarget", "capstone-prod-copies-failed").inputs.arn).toBe(
      output("sns/topic:Topic", "capstone-prod", "arn"),
    );
    for (const { inputs } of ofType(graph, "Plan")) expect(at(inputs.rules, "0.copyActions")).toBeUndefined();
  });

  test("copies that stop coming are told, by the metric of the vault that they go to, and only where there are any", async () => {
    const copied = await awsGraph({ backupCopyRegion: "eu-west-1" });
    const added = alarmsOf(copied).filter((name) => !alarmsOf(graph).includes(name));
    expect(added).toEqual(["backup-copy-age-database", "backup-copy-age-uploads"]);
    for (const [what, vault] of [
      ["database", "capstone-prod-copies"],
      ["uploads", "capstone-prod-copies-uploads"],
    ] as const) {
      const { inputs } = only(copied, "MetricAlarm", `capstone-prod-backup-copy-age-${what}`);
      const queries = list(inputs.metricQueries);
      expect(
        at(
          queries.find((query) => at(query, "id") === "completed"),
          "metric",
        ),
      ).toMatchObject({
        namespace: "AWS/Backup",
        metricName: "NumberOfCopyJobsCompleted",
        dimensions: { BackupVaultName: output("backup/vault:Vault", vault, "name") },
      });
      // Where the copy is made from, which is where the topic is.
      expect(inputs.region).toBeUndefined();
      expect(inputs).toMatchObject({ evaluationPeriods: 30, treatMissingData: "breaching" });
    }
  });

  test("AWS may leave a zone out, and practises it, where the config says so", async () => {
    const alarm = (name: string) => [
      {
        alarmIdentifier: output("cloudwatch/metricAlarm:MetricAlarm", `capstone-prod-${name}`, "arn"),
        type: "CLOUDWATCH",
      },
    ];
    const shifted = await awsGraph({ zonalAutoshift: "true", appNodes: "3" });
    expect(only(shifted, "ZonalAutoshiftConfiguration").inputs).toEqual({
      resourceArn: output("lb/loadBalancer:LoadBalancer", "capstone-prod", "arn"),
      zonalAutoshiftStatus: "ENABLED",
      outcomeAlarms: alarm("node-errors"),
      blockingAlarms: alarm("unhealthy-hosts"),
    });
    expect(only(shifted, "LoadBalancer").inputs.enableZonalShift).toBe(true);
    const { eventPattern } = only(shifted, "EventRule", "capstone-prod-zonal-autoshift").inputs;
    expect(JSON.parse(String(eventPattern))).toEqual({
      source: ["aws.arc-zonal-shift"],
      "detail-type": [
        "Autoshift In Progress",
        "Autoshift Completed",
        "Practice Run Interrupted",
        "Practice Run Failed",
      ],
    });
    expect(ofType(graph, "ZonalAutoshiftConfiguration")).toEqual([]);
  });

  test("three faults, each of which ends when clients see errors", () => {
    const templates = ofType(graph, "ExperimentTemplate");
    expect(templates.map(({ inputs }) => at(inputs, "actions.0.actionId")).sort()).toEqual([
      "aws:ecs:stop-task",
      "aws:network:disrupt-connectivity",
      "aws:rds:reboot-db-instances",
    ]);
    for (const { inputs } of templates) {
      expect(list(inputs.stopConditions).map((stop) => at(stop, "value"))).toEqual([
        output("cloudwatch/metricAlarm:MetricAlarm", "capstone-prod-node-errors", "arn"),
        output("cloudwatch/metricAlarm:MetricAlarm", "capstone-prod-balancer-errors", "arn"),
      ]);
    }
  });
});

test("AWS's services write their logs under their own prefixes, as AWS documents it", () => {
  const policy = statements(only(graph, "BucketPolicy", "capstone-prod-logs").inputs.policy);
  const bucket = "arn:aws:s3:::capstone-access-logs-prod-123456789012";
  expect(policy.LoadBalancerLogs).toEqual({
    Sid: "LoadBalancerLogs",
    Effect: "Allow",
    Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: [
      `${bucket}/load-balancer/AWSLogs/123456789012/*`,
      `${bucket}/load-balancer-connections/AWSLogs/123456789012/*`,
    ],
  });
  const source = only(graph, "LogDeliverySource").inputs;
  expect(policy.AWSLogDeliveryWrite1).toEqual({
    Sid: "AWSLogDeliveryWrite1",
    Effect: "Allow",
    Principal: { Service: "delivery.logs.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: `${bucket}/assets/AWSLogs/123456789012/CloudFront/*`,
    Condition: {
      StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": "123456789012" },
      ArnLike: {
        "aws:SourceArn": `arn:aws:logs:${source.region}:123456789012:delivery-source:${source.name}`,
      },
    },
  });
  expect(only(graph, "LogDelivery").dependencies).toContain(
    "aws:s3/bucketPolicy:BucketPolicy.capstone-prod-logs",
  );
});

describe("a stack that is removed", () => {
  const kept = [
    "aws:backup/vault:Vault.capstone-prod",
    "aws:backup/vault:Vault.capstone-prod-uploads",
    "aws:kms/key:Key.capstone-prod",
    "aws:rds/parameterGroup:ParameterGroup.capstone-prod",
    "aws:s3/bucket:Bucket.capstone-prod-logs",
    "aws:s3/bucket:Bucket.capstone-prod-uploads",
  ];
  const retained = (of: ResourceGraph) =>
    of.resources.filter(({ retainOnDelete }) => retainOnDelete).map(({ type, name }) => `${type}.${name}`);

  test("leaves its data, and the key to it, when it may be deleted", async () => {
    const deletable = await awsGraph({ deletionProtection: "false" });
    expect(retained(deletable)).toEqual(kept);
    expect(deletable.resources.filter(({ protect }) => protect)).toEqual([]);
    expect(only(deletable, "Instance").inputs).toMatchObject({
      deletionProtection: false,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: "capstone-prod-final",
      deleteAutomatedBackups: false,
    });
    const locks = ofType(deletable, "VaultLockConfiguration").map(({ inputs }) => inputs.minRetentionDays);
    expect(locks).toEqual([7, 7]);
  });

  test("leaves nothing when its data is not to be kept", async () => {
    const gone = await awsGraph({ deletionProtection: "false", keepData: "false" });
    expect(retained(gone)).toEqual([]);
    expect(only(gone, "Instance").inputs).toMatchObject({
      skipFinalSnapshot: true,
      deleteAutomatedBackups: true,
    });
    for (const bucket of ofType(gone, "Bucket")) expect(bucket.inputs.forceDestroy).toBe(true);
    for (const vault of ofType(gone, "Vault")) expect(vault.inputs.forceDestroy).toBe(true);
    expect(ofType(gone, "VaultLockConfiguration")).toEqual([]);
  });
});

test("an impaired zone moves no subnet", () => {
  const zones = ofType(graph, "Subnet").map(({ inputs }) => String(inputs.availabilityZone));
  expect([...new Set(zones)].sort()).toEqual(["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
});

test("the firewall stops no text that people write, and no image", () => {
  const groups = list(only(graph, "WebAcl").inputs.rules)
    .map((rule) => at(rule, "statement.managedRuleGroupStatement"))
    .filter((group) => group !== undefined);
  const counted = groups.flatMap((group) =>
    list(at(group, "ruleActionOverrides")).map((override) => String(at(override, "name"))),
  );
  // Every rule of the common and the SQL groups that reads bodies.
  expect(counted.sort()).toEqual([
    "CrossSiteScripting_BODY",
    "EC2MetaDataSSRF_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "SQLiExtendedPatterns_BODY",
    "SQLi_BODY",
    "SizeRestrictions_BODY",
  ]);
  const badInputs = groups.find((group) => at(group, "name") === "AWSManagedRulesKnownBadInputsRuleSet");
  const path = "scopeDownStatement.notStatement.statement.byteMatchStatement.searchString";
  expect(at(badInputs, path)).toBe("/api/v1/me/avatar");
});

test("Container Insights finds its log group, encrypted and with an end", () => {
  const { inputs } = only(graph, "LogGroup", "capstone-prod-container-insights");
  expect(inputs).toMatchObject({
    name: `/aws/ecs/containerinsights/${only(graph, "Cluster").inputs.name}/performance`,
    retentionInDays: 365,
    kmsKeyId: output("kms/key:Key", "capstone-prod", "arn"),
  });
});

test("nodes are given nothing that they do not read", () => {
  const names = list(container(graph, "capstone-prod-app").environment).map((entry) => at(entry, "name"));
  expect(names).not.toContain("DATABASE_READ_URL");
});

test("a cluster says its disk's speed and its full version, and leaves minor versions to AWS", async () => {
  const cluster = async (changes: Record<string, string>) => {
    const graph = await awsGraph({ databaseAvailability: "cluster", ...changes });
    return ofType(graph, "Cluster").find(({ type }) => type.startsWith("aws:rds/"))?.inputs;
  };
  const small = await cluster({});
  expect(small).toMatchObject({ storageType: "gp3", allocatedStorage: 100, iops: 3000 });
  expect(small?.engineVersion).toMatch(/^17\.\d+$/);
  expect((await cluster({ databaseStorageGigabytes: "400" }))?.iops).toBe(12_000);
});

test("what no metric tells of the service comes as events", () => {
  const rules = ofType(graph, "EventRule").map(({ name, inputs }) => [
    name.replace("capstone-prod-events-", ""),
    JSON.parse(String(inputs.eventPattern)),
  ]);
  const event = Object.fromEntries(rules);
  expect(Object.keys(event).sort()).toEqual([
    "deployment-failed",
    "import-left",
    "start-impaired",
    "task-lost",
  ]);
  const resources = [output("ecs/service:Service", "capstone-prod-app", "arn")];
  expect(event["start-impaired"]).toMatchObject({ "detail-type": ["ECS Service Action"], resources });
  expect(event["deployment-failed"]).toMatchObject({
    "detail-type": ["ECS Deployment State Change"],
    resources,
    detail: { eventName: ["SERVICE_DEPLOYMENT_FAILED"] },
  });
  expect(event["task-lost"].resources).toBeUndefined();
  expect(event["task-lost"].detail).toMatchObject({
    clusterArn: [output("ecs/cluster:Cluster", "capstone-prod", "arn")],
    $or: [{ stopCode: ["TaskFailedToStart"] }, { containers: { reason: [{ prefix: "OutOfMemoryError" }] } }],
  });
  const topic = output("sns/topic:Topic", "capstone-prod", "arn");
  expect(ofType(graph, "EventTarget").map(({ inputs }) => inputs.arn)).toEqual([topic, topic, topic, topic]);
  // EventBridge passes no account that a topic or a key could ask for.
  const topicPolicy = statements(only(graph, "TopicPolicy", "capstone-prod").inputs.policy);
  expect(topicPolicy.EventsPublish?.Condition).toBeUndefined();
  const keyPolicy = statements(only(graph, "Key", "capstone-prod").inputs.policy);
  expect(keyPolicy.NoticesOfEvents).toMatchObject({ Principal: { Service: "events.amazonaws.com" } });
  expect(keyPolicy.NoticesOfEvents?.Condition).toBeUndefined();
});

test("a file that an import left in its bucket is told of when the bucket removes it, once", () => {
  const bucket = output("s3/bucket:Bucket", "capstone-prod-imports", "bucket");
  const rule = ofType(graph, "EventRule").find(({ name }) => name.endsWith("-import-left"));
  expect(JSON.parse(String(rule?.inputs.eventPattern))).toMatchObject({
    source: ["aws.s3"],
    detail: {
      bucket: { name: [bucket] },
      reason: ["Lifecycle Expiration"],
      "deletion-type": ["Delete Marker Created"],
    },
  });
  const notification = ofType(graph, "BucketNotification").find(({ inputs }) => inputs.bucket === bucket);
  expect(notification?.inputs.eventbridge).toBe(true);
});

test("endpoints lead to the stack's own bucket, the registry's layers and this account's roles alone", () => {
  const policy = (name: string) =>
    statements(only(graph, "VpcEndpoint", `capstone-prod-endpoints-${name}`).inputs.policy);
  const { bucket } = only(graph, "Bucket", "capstone-prod-uploads").inputs;
  expect(policy("s3").Uploads?.Resource).toEqual([`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`]);
  expect(policy("s3").ImageLayers).toMatchObject({
    Action: "s3:GetObject",
    Resource: "arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*",
  });
  for (const name of ["ecr-api", "ecr-dkr", "logs", "secretsmanager"]) {
    expect(policy(name).RolesOfThisAccount?.Condition).toEqual({
      StringEquals: { "aws:PrincipalAccount": "123456789012" },
    });
  }
});

describe("the permissions boundary", () => {
  const own = ["capstone-prod-deploy", "capstone-prod-preview"];

  test("is on every role but the workflows' own, and knows nothing of IAM", () => {
    const arn = output("iam/policy:Policy", "capstone-prod-boundary", "arn");
    for (const { name, inputs } of ofType(graph, "Role"))
      expect(inputs.permissionsBoundary, name).toBe(own.includes(name) ? undefined : arn);
    const boundary = ofType(graph, "Policy").find(({ type }) => type === "aws:iam/policy:Policy");
    const { Action, Condition } = statements(boundary?.inputs.policy).ServicesOfTheStackInThisAccount ?? {};
    expect(list(Action)).toContain("s3:*");
    expect(list(Action).filter((action) => /^(\*|iam|sts|organizations)/.test(String(action)))).toEqual([]);
    expect(Condition).toEqual({ StringEqualsIfExists: { "aws:ResourceAccount": "123456789012" } });
  });

  test("is what the deploy role gives each role that it makes, and cannot take away", () => {
    const deploy = statements(only(graph, "RolePolicy", "capstone-prod-deploy").inputs.policy);
    const arn = "arn:aws:iam::123456789012:policy/capstone-prod-boundary";
    expect(deploy.MakeBoundedRoles).toMatchObject({
      Action: [
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
      ],
      Condition: { StringEquals: { "iam:PermissionsBoundary": arn } },
    });
    const allowed = Object.values(deploy)
      .filter(({ Effect }) => Effect === "Allow")
      .flatMap(({ Action }) => list(Action).map(String));
    const forbidden = [
      "iam:*",
      "iam:CreatePolicyVersion",
      "iam:SetDefaultPolicyVersion",
      "iam:DeleteRolePermissionsBoundary",
    ];
    expect(allowed.filter((action) => forbidden.includes(action))).toEqual([]);
  });

  test("is made only where workflows deploy", async () => {
    const byHand = await awsGraph({ githubRepository: "" });
    expect(ofType(byHand, "Role").filter(({ inputs }) => inputs.permissionsBoundary !== undefined)).toEqual(
      [],
    );
  });
});

describe("continuous deployment", () => {
  test("pull requests may preview, and the environment production may deploy", () => {
    const subjects = (role: string) => {
      const trust = statements(only(graph, "Role", role).inputs.assumeRolePolicy).WorkflowsOfTheRepository;
      const condition = at(trust, "Condition.StringEquals") as Record<string, unknown>;
      return condition["token.actions.githubusercontent.com:sub"];
    };
    expect(subjects("capstone-prod-preview")).toEqual([
      "repo:your-organisation-/capstone:pull_request",
      "repo:your-organisation-/capstone:ref:refs/heads/main",
    ]);
    expect(subjects("capstone-prod-deploy")).toEqual([
      "repo:your-organisation-/capstone:environment:production",
    ]);
  });

  test("a repository that GitHub names by its ids is trusted under both names, and no other", async () => {
    const named = await awsGraph({ githubRepository: "someone@12/capstone@345" });
    const trust = statements(only(named, "Role", "capstone-prod-deploy").inputs.assumeRolePolicy);
    expect(at(trust.WorkflowsOfTheRepository, "Condition.StringEquals")).toMatchObject({
      "token.actions.githubusercontent.com:sub": [
        "repo:someone@12/capstone@345:environment:production",
        "repo:someone/capstone:environment:production",
      ],
    });
  });

  test("the role that previews changes nothing", () => {
    const { policy } = only(graph, "RolePolicy", "capstone-prod-preview").inputs;
    const actions = Object.values(statements(policy)).flatMap((statement) => list(statement.Action));
    expect(actions.map(String).filter((action) => !/:(Get|List|Describe|Decrypt|View)/.test(action))).toEqual(
      [],
    );
  });
});

test("the outputs are those of the contract", () => {
  const known = JSON.parse(
    JSON.stringify(graph.outputs)
      .replaceAll(/\$\{pulumi-nodejs:dynamic\/aws:MigrationTask[^}]*\}/g, "0001_initial")
      .replaceAll(/\$\{[^}]*\}/g, "known-after-deployment"),
  );
  const validate = new Ajv.default({ strict: true }).compile(schema);
  validate(known);
  expect(validate.errors).toBeNull();
  expect(graph.outputs).toMatchObject({
    target: "aws",
    apiUrl: "https://capstone.example.com",
    assetsUrl: "https://assets.capstone.example.com",
    databaseUrl: "[secret]",
    databaseReadUrl: "[secret]",
    ownerDatabaseUrl: "[secret]",
    objectStoreUrl: "[secret]",
  });
});
