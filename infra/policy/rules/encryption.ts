import { at, isSet, list, parsed } from "../resources.ts";
import type { Rule } from "../rule.ts";
import { types } from "../types.ts";

/** Which property holds the key of what keeps data. */
const keyProperties: Record<string, string> = {
  [types.databaseInstance]: "kmsKeyId",
  [types.databaseCluster]: "kmsKeyId",
  [types.logGroup]: "kmsKeyId",
  [types.secret]: "kmsKeyId",
  [types.topic]: "kmsMasterKeyId",
  [types.backupVault]: "kmsKeyArn",
};

export const encryptedAtRest: Rule = {
  id: "encrypted-at-rest",
  sentence: "Whatever keeps data is encrypted with the stack's own key.",
  check: (view) => [
    ...view.find(Object.keys(keyProperties), (resource) => {
      const property = keyProperties[resource.type] ?? "";
      if (!isSet(resource.inputs[property])) return `has no ${property}`;
      const database = resource.type === types.databaseInstance || resource.type === types.databaseCluster;
      return database && resource.inputs.storageEncrypted !== true ? "has unencrypted storage" : undefined;
    }),
    ...view.find([types.imageRepository], (repository) =>
      isSet(at(repository.inputs, "encryptionConfigurations.0.kmsKey")) ? undefined : "has no key",
    ),
    ...view.find([types.bucket], (bucket) => {
      const [encryption] = view.pointingTo(bucket, types.bucketEncryption, "bucket");
      const key = at(encryption?.inputs, "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId");
      return isSet(key) ? undefined : "has no key of ours";
    }),
    ...view.find([types.key], (key) =>
      key.inputs.enableKeyRotation === true ? undefined : "is never rotated",
    ),
  ],
};

export const encryptedInTransit: Rule = {
  id: "encrypted-in-transit",
  sentence:
    "Nothing crosses a network in plain text: TLS 1.2 or 1.3 outside, forced TLS to database and buckets.",
  check: (view) => [
    ...view.find([types.listener], (listener) => {
      if (listener.inputs.protocol === "HTTPS") {
        const policy = String(listener.inputs.sslPolicy);
        return /^ELBSecurityPolicy-TLS13-1-[23]-/.test(policy) ? undefined : `has the TLS policy ${policy}`;
      }
      const redirects = at(listener.inputs, "defaultActions.0.redirect.protocol") === "HTTPS";
      return redirects ? undefined : "serves plain HTTP";
    }),
    ...view.find([types.distribution], (distribution) => {
      const policy = at(distribution.inputs, "defaultCacheBehavior.viewerProtocolPolicy");
      return policy === "redirect-to-https" || policy === "https-only" ? undefined : "serves plain HTTP";
    }),
    ...view.find([types.databaseParameters, types.databaseClusterParameters], (group) => {
      const forced = list(group.inputs.parameters).some(
        (parameter) => at(parameter, "name") === "rds.force_ssl" && String(at(parameter, "value")) === "1",
      );
      return forced ? undefined : "does not force TLS";
    }),
    ...view.find([types.bucket], (bucket) => {
      const [policy] = view.pointingTo(bucket, types.bucketPolicy, "bucket");
      const denies = list(at(parsed(policy?.inputs.policy), "Statement")).some(
        (statement) =>
          at(statement, "Effect") === "Deny" &&
          String(at(at(at(statement, "Condition"), "Bool"), "aws:SecureTransport")) === "false",
      );
      return denies ? undefined : "answers without TLS";
    }),
  ],
};
