import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandsRehearsedIn } from "../aws-commands.ts";
import { findMoto } from "../unit/infra/aws/moto.ts";
import type { Made } from "./aws-stand-in/cloud.ts";
import { Rehearsal } from "./aws-stand-in/rehearsal.ts";

// A stack's life on AWS as docs/aws.md tells it, command by command, on the stack prod. aws-commands.yaml says which
// command of the document is rehearsed where.

const found = await findMoto();
const reason = "missing" in found ? found.missing : "";
if (reason) console.log(`skipped, the rehearsal on AWS: ${reason}`);

const minuteMs = 60_000;
const up = "npm run up -- --stack prod";
const preview = "npm run preview -- --stack prod";
const refresh = "npm run pulumi -- refresh --stack prod";
const importing = "npm run import:sqlite -- FILE --stack prod";
const instanceType = "aws:rds/instance:Instance";
const serviceType = "aws:ecs/service:Service";

describe.skipIf(reason !== "")("a stack on AWS, rehearsed", { timeout: 10 * minuteMs }, () => {
  const rehearsal = new Rehearsal("python" in found ? found.python : "");
  const { cloud } = rehearsal;
  const edit = (file: string, change: (text: string) => string) => {
    const edited = path.join(rehearsal.project, file);
    writeFileSync(edited, change(readFileSync(edited, "utf8")));
  };
  /** The image that a service's task definition names. */
  const imageOf = (service: Made) => {
    const definition = cloud
      .all()
      .find(({ properties }) => properties.arn === service.properties.taskDefinition);
    return JSON.parse(String(definition?.properties.containerDefinitions))[0].image as string;
  };

  beforeAll(() => rehearsal.start("prod"), 5 * minuteMs);
  afterAll(() => rehearsal.stop());

  it("has a bucket for its state and a key for its secrets", async () => {
    const made = await rehearsal.do(
      "aws cloudformation deploy --stack-name capstone-state --template-file infra/aws/bootstrap/state.yaml",
    );
    expect(JSON.parse(made)).toEqual({
      Backend: "s3://capstone-state-123456789012-eu-central-1?region=eu-central-1",
      SecretsProvider: "awskms://alias/capstone-state?region=eu-central-1",
    });
    await rehearsal.do('export PULUMI_BACKEND_URL="s3://capstone-state-ACCOUNT-REGION?region=REGION"');
    edit(
      "Pulumi.prod.yaml",
      (text) => `secretsprovider: awskms://alias/capstone-state?region=eu-central-1\n${text}`,
    );
    await rehearsal.do(
      'npm run pulumi -- stack init prod --secrets-provider "awskms://alias/capstone-state?region=REGION"',
    );
    expect(readFileSync(path.join(rehearsal.project, "Pulumi.prod.yaml"), "utf8")).toMatch(
      /^encryptedkey: /m,
    );
  });

  it("is shown without AWS, and by a preview, which makes nothing", async () => {
    const resources = JSON.parse(await rehearsal.do("npm run -s resources -- --stack prod"));
    expect(resources.length).toBeGreaterThan(200);
    expect(await rehearsal.do(preview)).toMatch(/\+ \d+ to create/);
    expect(cloud.all()).toEqual([]);
  });

  it("says why an up failed, and that the next goes on from there", async () => {
    rehearsal.behave({ [`${instanceType}.capstone-prod`]: { refuses: "InsufficientDBInstanceCapacity" } });
    const failed = await rehearsal.type(up);
    expect(failed.exitCode).not.toBe(0);
    expect(failed.stderr).toContain("InsufficientDBInstanceCapacity");
    expect(failed.stderr).toContain("The next `npm run up` continues from here.");
  });

  it("takes over what AWS was making when an up was killed, and makes it once", async () => {
    rehearsal.behave({ [`${instanceType}.capstone-prod`]: { hangs: true } });
    await rehearsal.kill(up);
    rehearsal.behave({});
    const { id } = cloud.only(instanceType);

    const locked = await rehearsal.type(up);
    expect(locked.exitCode).not.toBe(0);
    expect(locked.stderr).toContain("`npm run pulumi -- cancel --stack prod` takes it away.");
    await rehearsal.do("npm run pulumi -- cancel --stack prod", "--yes");
    const went = await rehearsal.type(up);
    expect(went.exitCode, went.stderr).toBe(0);
    expect(JSON.parse(went.stdout)).toMatchObject({ target: "aws", migration: "0009_rehearsed" });
    expect(cloud.only(instanceType).id).toBe(id);

    // Whatever else AWS was just making when the up was killed is told, and deleted by hand.
    const known = await rehearsal.do("npm run pulumi -- stack --show-ids --stack prod");
    for (const { type, id } of cloud.all().filter((made) => !known.includes(made.id))) {
      expect(went.stderr, id).toContain(`was interrupted while AWS was creating ${type} `);
      cloud.remove(type, id);
    }
  });

  it("is changed by no second up", async () => {
    const before = cloud.all();
    await rehearsal.do(preview, "--expect-no-changes");
    await rehearsal.do(up);
    expect(cloud.all()).toEqual(before);
  });

  it("has the outputs of the contract", async () => {
    const { databaseUrl, release, apiUrl } = JSON.parse(
      await rehearsal.do("npm run -s outputs -- --stack prod"),
    );
    expect({ databaseUrl, apiUrl }).toEqual({
      databaseUrl: "[secret]",
      apiUrl: "https://capstone.example.com",
    });
    expect(release.image).toMatch(/\/si-repository-[0-9a-f]{8}@sha256:[0-9a-f]{64}$/);
  });

  it("imports a file by a task, and leaves nothing of it in the bucket", async () => {
    const nowhere = await rehearsal.type(importing.replace("prod", "nowhere"));
    expect(nowhere.exitCode).toBe(1);
    expect(nowhere.stderr).toContain("There is no stack nowhere;");

    const wrong = await rehearsal.type(importing, "", { FILE: "Pulumi.yaml" });
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain("Pulumi.yaml does not start as an SQLite database does");

    const file = path.join(rehearsal.folder, "it's $(touch harm).sqlite");
    const database = new DatabaseSync(file);
    database.exec("create table t (a)");
    database.close();
    rehearsal.tasksDo('echo "the plan of $OVERRIDDEN"; echo \'{"sentence":"Imported 1 tables."}\'');
    const imported = await rehearsal.type(importing, "--dry-run", { FILE: file });
    expect(imported.exitCode, imported.stderr).toBe(0);
    expect(imported.stdout).toBe("Imported 1 tables.\n");
    expect(imported.stderr).toMatch(/^the plan of node import-sqlite\/task\/main\.ts [\w-]+\/$/m);
    expect(await rehearsal.objectsIn("capstone-imports-prod-123456789012")).toEqual([]);

    rehearsal.tasksDo('echo \'{"error":"The file is damaged."}\'; exit 3');
    const failed = await rehearsal.type(importing, "", { FILE: file });
    expect(failed.exitCode).toBe(3);
    expect(failed.stderr).toContain("The file is damaged.");
    expect(await rehearsal.objectsIn("capstone-imports-prod-123456789012")).toEqual([]);
  });

  it("keeps its nodes when the migration of a new version fails, and migrates when it is mended", async () => {
    const before = imageOf(cloud.only(serviceType));
    edit("migrations/0003_sessions_and_unused_objects.ts", (text) => `${text}// A new version.\n`);
    rehearsal.tasksDo('echo "column exists already"; exit 3');
    const failed = await rehearsal.type(up);
    expect(failed.exitCode).not.toBe(0);
    expect(failed.stderr).toContain("The migration failed with exit code 3");
    expect(failed.stderr).toContain("column exists already");
    expect(imageOf(cloud.only(serviceType))).toBe(before);

    rehearsal.tasksDo(`echo '{"newest":"0010_mended"}'`);
    expect(JSON.parse(await rehearsal.do(up))).toMatchObject({ migration: "0010_mended" });
    expect(imageOf(cloud.only(serviceType))).not.toBe(before);
  });

  it("gets the version that AWS rolled back with the next up", async () => {
    const runs = () => cloud.only(serviceType).properties.taskDefinition;
    const old = runs();
    appendFileSync(path.join(rehearsal.project, "app", "main.ts"), "// A new version.\n");
    rehearsal.behave({ [`${serviceType}.capstone-prod-app`]: { rollsBack: true } });
    // Green, as the provider waits for a service that is steady, whatever it runs.
    await rehearsal.do(up);
    expect(runs()).toBe(old);
    rehearsal.behave({});
    await rehearsal.do(up);
    expect(runs()).not.toBe(old);
    expect(imageOf(cloud.only(serviceType))).toMatch(/@sha256:/);
  });

  it("shows what somebody changed by hand, and puts it back", async () => {
    const nightly = "npm run preview -- --stack prod --refresh --expect-no-changes";
    await rehearsal.do(nightly);
    const balancer = cloud.only("aws:lb/loadBalancer:LoadBalancer");
    cloud.change(balancer, { dropInvalidHeaderFields: false });
    const drifted = await rehearsal.type(nightly);
    expect(drifted.exitCode).not.toBe(0);
    expect(drifted.stdout).toContain("dropInvalidHeaderFields");
    await rehearsal.do("npm run up -- --stack prod --refresh");
    expect(cloud.only(balancer.type).properties.dropInvalidHeaderFields).toBe(true);
  });

  it("gets nodes of another size in the place of the old ones", async () => {
    const definitions = () =>
      cloud
        .all()
        .filter(
          ({ type, properties }) =>
            /:TaskDefinition$/.test(type) && properties.family === "capstone-prod-app",
        );
    const [before] = definitions();
    await rehearsal.do("npm run pulumi -- config set taskCpuUnits 1024 --stack prod");
    await rehearsal.do("npm run pulumi -- config set taskMemoryMegabytes 2048 --stack prod");
    await rehearsal.do(up);
    const [after, ...more] = definitions();
    expect(more).toEqual([]);
    expect(after?.properties).toMatchObject({ cpu: "1024", memory: "2048" });
    expect(after?.id).not.toBe(before?.id);
    expect(cloud.only(serviceType).properties.taskDefinition).toBe(after?.properties.arn);
  });

  it("goes on with a restored database in the place of the first", async () => {
    // What the AWS CLI did: the first is renamed, and the second has its name.
    const first = cloud.only(instanceType);
    const second = JSON.parse(JSON.stringify(first).replaceAll(first.id, "si-instance-00000000")) as Made;
    cloud.change(first, { identifier: "capstone-prod-before" });
    cloud.put(second);
    await rehearsal.do("npm run -s pulumi -- stack export --stack prod --file state.json");
    edit("state.json", (state) => state.replaceAll(first.id, second.id));
    await rehearsal.do("npm run pulumi -- stack import --stack prod --file state.json");
    await rehearsal.do(refresh, "--yes --skip-preview");
    await rehearsal.do(up);
    const names = cloud
      .all()
      .flatMap(({ id, type, properties }) => (type === instanceType ? [[id, properties.identifier]] : []));
    expect(Object.fromEntries(names)).toEqual({
      [first.id]: "capstone-prod-before",
      [second.id]: "capstone-prod",
    });
    await rehearsal.do(preview, "--expect-no-changes");
    cloud.change(first, { deletionProtection: false, skipFinalSnapshot: true });
    cloud.remove(instanceType, first.id);
  });

  it("is taken down in three steps, and leaves its data", async () => {
    const destroy = "npm run pulumi -- destroy --stack prod";
    const refused = await rehearsal.type(destroy, "--yes --skip-preview");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stdout + refused.stderr).toMatch(/protect/);
    await rehearsal.do("npm run pulumi -- config set deletionProtection false --stack prod");
    await rehearsal.do(up);
    await rehearsal.do("npm run pulumi -- state unprotect --all --stack prod --yes");
    await rehearsal.do(destroy, "--yes --skip-preview");
    const left = cloud
      .all()
      .map(({ type, id, properties }) => `${type.split(":").at(-1)} ${properties.bucket ?? id}`);
    expect(left.map((text) => text.replace(/ si-.*/, "")).sort()).toEqual([
      "Bucket capstone-access-logs-prod-123456789012",
      "Bucket capstone-uploads-prod-123456789012",
      "Key",
      "ParameterGroup",
      "Snapshot capstone-prod-final",
      "Vault",
      "Vault",
    ]);
  });

  it("was every command that is to be rehearsed here", () => {
    const typed = commandsRehearsedIn("tests/toolchain/aws-rehearsal.test.ts");
    expect(typed.filter((command) => !rehearsal.ran.has(command))).toEqual([]);
  });
});
