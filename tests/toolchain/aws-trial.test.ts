import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandsRehearsedIn } from "../aws-commands.ts";
import { findMoto } from "../unit/infra/aws/moto.ts";
import { FakeService } from "../unit/operations/smoke/fake-service.ts";
import { Rehearsal } from "./aws-stand-in/rehearsal.ts";

// `npm run trial` from its first line to its last. What answers behind the load balancer and CloudFront is a service in
// memory: what the real one does is what tests/service and tests/stack are for.

const found = await findMoto();
const reason = "missing" in found ? found.missing : "";
if (reason) console.log(`skipped, the trial on AWS: ${reason}`);

const minuteMs = 60_000;

describe.skipIf(reason !== "")("the trial, rehearsed", { timeout: 10 * minuteMs }, () => {
  const rehearsal = new Rehearsal("python" in found ? found.python : "");
  const service = new FakeService();
  const certificates = mkdtempSync(path.join(tmpdir(), "capstone-trial-"));

  beforeAll(async () => {
    await service.start(makeCertificate(certificates));
    service.readRelease = deployedRelease;
    const given = {
      "aws:lb/loadBalancer:LoadBalancer.dnsName": new URL(service.url).host,
      "aws:cloudfront/distribution:Distribution.domainName": new URL(service.assetsUrl).host,
    };
    await rehearsal.start("trial", given, path.join(certificates, "certificate.pem"));
  }, 5 * minuteMs);
  afterAll(async () => {
    await rehearsal.stop();
    service.stop();
    rmSync(certificates, { recursive: true, force: true });
  });

  /** What the nodes would say: the release that the newest task definition gives them. */
  function deployedRelease() {
    const definition = rehearsal.cloud
      .all()
      .find(({ properties }) => properties.family === "capstone-trial-app");
    const [{ environment }] = JSON.parse(String(definition?.properties.containerDefinitions));
    const value = (name: string) =>
      environment.find((entry: { name: string }) => entry.name === name)?.value as string;
    return { image: value("RELEASE_IMAGE"), commit: value("RELEASE_COMMIT") };
  }

  it("previews, makes, uses, breaks and removes a stack", async () => {
    const said = await rehearsal.do("npm run trial", "-- --brief");
    const steps = [...said.matchAll(/^== (.*): done in \d+ s$/gm)].map(([, step]) => step);
    expect(steps.slice(0, 4)).toEqual(["preview", "up", "smoke test", "a second preview changes nothing"]);
    expect(steps.slice(4, -1).sort()).toEqual([
      "One application node is stopped; the others serve and ECS replaces it.",
      "The database fails over to its standby.",
      "Zone eu-central-1a is parted from the others for three minutes, and all of them serve.",
    ]);
    expect(steps.at(-1)).toBe("destroy");
    expect(said.match(/^posts: [1-9]\d* requests, 0 failed, longest pause /gm)).toHaveLength(3);
    expect(rehearsal.cloud.all()).toEqual([]);
    expect(service.signedUp).toBeGreaterThan(6);
    expect(service.accounts.size).toBe(0);
  });

  it("was every command that is to be rehearsed here", () => {
    const typed = commandsRehearsedIn("tests/toolchain/aws-trial.test.ts");
    expect(typed.filter((command) => !rehearsal.ran.has(command))).toEqual([]);
  });
});

/** For 127.0.0.1, valid for a day; CloudFront's own are HTTPS always. */
function makeCertificate(folder: string): { cert: string; key: string } {
  const file = (name: string) => path.join(folder, `${name}.pem`);
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-keyout", file("key"), "-out", file("certificate")];
  const form = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  execFileSync("openssl", ["req", ...form, ...subject, ...files], { stdio: "ignore" });
  return { cert: readFileSync(file("certificate"), "utf8"), key: readFileSync(file("key"), "utf8") };
}
