import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument } from "../account/policy-document.ts";
import { boundaryName, boundaryStatements } from "./continuous-deployment-rights.ts";

/**
 * Bounds every role that is made from here on, but the two of the workflows: so a deployment that was tampered with can make
 * no role that may do more than the stack's own do. An administrator makes it, with the first deployment.
 * @param name of the stack's resources, as in `capstone-prod`.
 */
export function boundRoles(name: string, accountId: string): void {
  const boundary = new aws.iam.Policy(boundaryName(name), {
    // The role that deploys knows it by this name.
    name: boundaryName(name),
    description: `The most that a role of ${name} may do.`,
    policy: policyDocument(boundaryStatements({ accountId })),
  });
  const unbounded = [`${name}-preview`, `${name}-deploy`];
  pulumi.runtime.registerStackTransformation(({ type, name: role, props, opts }) => {
    if (type !== "aws:iam/role:Role" || unbounded.includes(role)) return undefined;
    return { props: { ...props, permissionsBoundary: boundary.arn }, opts };
  });
}
