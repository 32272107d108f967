import { at, isSet, list } from "../resources.ts";
import type { Rule } from "../rule.ts";
import { types } from "../types.ts";

/** What belongs to another resource, and which AWS gives no tags. */
const withoutTags = new Set([
  "aws:acm/certificateValidation:CertificateValidation",
  "aws:appautoscaling/policy:Policy",
  "aws:arczonalshift/zonalAutoshiftConfiguration:ZonalAutoshiftConfiguration",
  "aws:backup/restoreTestingSelection:RestoreTestingSelection",
  "aws:backup/selection:Selection",
  "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
  "aws:backup/vaultNotifications:VaultNotifications",
  "aws:cloudfront/originAccessControl:OriginAccessControl",
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
  "aws:cloudwatch/dashboard:Dashboard",
  "aws:ec2/route:Route",
  "aws:ec2/routeTableAssociation:RouteTableAssociation",
  "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:kms/alias:Alias",
  "aws:route53/record:Record",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketLogging:BucketLogging",
  "aws:s3/bucketNotification:BucketNotification",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketVersioning:BucketVersioning",
  "aws:cloudwatch/eventTarget:EventTarget",
  "aws:secretsmanager/secretVersion:SecretVersion",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sns/topicSubscription:TopicSubscription",
  "aws:wafv2/webAclAssociation:WebAclAssociation",
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
]);

const requiredTags = ["Name", "capstone:project", "capstone:stack"];
const requiredLabels = ["capstone.stack", "capstone.role"];

export const tagged: Rule = {
  id: "tagged",
  sentence: "Everything that can say so says whose it is and which stack it belongs to.",
  check: (view) => [
    ...view.all
      .filter(({ type }) => type.startsWith("aws:") && !withoutTags.has(type))
      .flatMap((resource) => {
        const missing = requiredTags.filter((tag) => !isSet(at(resource.inputs.tags, tag)));
        return missing.length > 0 ? [{ resource, detail: `is without the tags ${missing.join(", ")}` }] : [];
      }),
    ...view.find([types.container, types.network, types.volume], (resource) => {
      const labels = list(resource.inputs.labels).map((label) => at(label, "label"));
      const missing = requiredLabels.filter((label) => !labels.includes(label));
      return missing.length > 0 ? `is without the labels ${missing.join(", ")}` : undefined;
    }),
  ],
};
