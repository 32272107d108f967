import type { Exception } from "./rule.ts";

/** Where a rule is broken on purpose, and why. An unused exception fails the tests. */
export const exceptions: Exception[] = [
  {
    rule: "encrypted-at-rest",
    resource: "aws:s3/bucket:Bucket.capstone-*-logs",
    reason: "The load balancer writes its access logs only to buckets encrypted with S3's own key.",
  },
  {
    rule: "backed-up",
    resource: "aws:s3/bucket:Bucket.capstone-*-logs",
    detail: "is in no backup selection",
    reason: "Access logs are versioned and leave after a year; the service does without them.",
  },
  {
    rule: "backed-up",
    resource: "aws:s3/bucket:Bucket.capstone-*-imports",
    detail: "is in no backup selection",
    reason:
      "Copies of files that people have, for as long as an import takes; a backup would keep them for weeks.",
  },
  {
    rule: "deletion-protected",
    resource: "aws:s3/bucket:Bucket.capstone-*-imports",
    reason: "As above: nothing in it is the only one.",
  },
  {
    rule: "no-wildcard",
    resource: "aws:iam/rolePolicy:RolePolicy.capstone-*-execution",
    detail: "RegistryLogin",
    reason: "ecr:GetAuthorizationToken knows no resource; which images may be pulled is said in PullImage.",
  },
  {
    rule: "no-wildcard",
    resource: "aws:iam/rolePolicy:RolePolicy.capstone-*-experiments",
    detail: "FindTargets",
    reason: "The calls that list and describe know no resource, and change nothing.",
  },
  {
    rule: "no-wildcard",
    resource: "aws:iam/rolePolicy:RolePolicy.capstone-*-experiments",
    detail: "DeliverLog",
    reason: "The calls that set a log delivery up know no resource.",
  },
  {
    rule: "no-wildcard",
    resource: "aws:iam/rolePolicy:RolePolicy.capstone-*-preview",
    detail: "ReadBeyondAudits",
    reason:
      "A preview reads settings of whatever the stack has, and no content; half of these calls know no resource.",
  },
  {
    rule: "no-wildcard",
    resource: "aws:iam/rolePolicy:RolePolicy.capstone-*-deploy",
    detail: "MakeTheStack",
    reason:
      "What a deployment makes has no name before it is made: the account is the boundary, and the list of services.",
  },
  {
    rule: "no-secret-in-environment",
    resource: "docker:index/container:Container.consensus-*",
    detail: "ETCD_INITIAL_CLUSTER_TOKEN",
    reason: "It names the cluster, so that members of two stacks never join; it lets nobody in.",
  },
];
