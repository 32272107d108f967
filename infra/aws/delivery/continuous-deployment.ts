import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument, type Statement } from "../account/policy-document.ts";
import { deployStatements, previewStatements } from "./continuous-deployment-rights.ts";

export interface ContinuousDeploymentArgs {
  accountId: string;
  region: string;
  /** `owner/name`, or `owner@id/name@id`. */
  repository: string;
  /** An account has one provider for GitHub; undefined makes it. */
  providerArn: string | undefined;
  secretArns: pulumi.Input<string>[];
  keyArn: pulumi.Input<string>;
}

const issuer = "token.actions.githubusercontent.com";

/** What reads metadata of everything and the content of nothing, in policies that AWS keeps up to date. */
const readOnlyPolicies = [
  "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
  "arn:aws:iam::aws:policy/SecurityAudit",
];

/**
 * Two roles for the repository's workflows, without a stored credential: one that may only preview, for pull requests
 * and the nightly look at drift, and one that deploys, for the GitHub environment `production` alone.
 */
export class ContinuousDeployment extends pulumi.ComponentResource {
  private readonly name: string;

  constructor(name: string, args: ContinuousDeploymentArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:ContinuousDeployment", name, {}, options);
    this.name = name;

    const providerArn = args.providerArn ?? this.createProvider();
    const preview = this.createRole("preview", providerArn, [
      ...subjects(args.repository, "pull_request"),
      ...subjects(args.repository, "ref:refs/heads/main"),
    ]);
    for (const policyArn of readOnlyPolicies) this.attach(preview, policyArn);
    this.allow("preview", preview, previewStatements(args));
    const deploy = this.createRole(
      "deploy",
      providerArn,
      subjects(args.repository, "environment:production"),
    );
    this.allow("deploy", deploy, deployStatements(name, args));

    this.registerOutputs();
  }

  private createProvider(): pulumi.Output<string> {
    const provider = new aws.iam.OpenIdConnectProvider(
      this.name,
      { url: `https://${issuer}`, clientIdLists: ["sts.amazonaws.com"] },
      { parent: this },
    );
    return provider.arn;
  }

  private createRole(suffix: string, providerArn: pulumi.Input<string>, subjects: string[]): aws.iam.Role {
    const name = `${this.name}-${suffix}`;
    return new aws.iam.Role(
      name,
      {
        // The workflows know it by this name.
        name,
        maxSessionDuration: 7200,
        assumeRolePolicy: policyDocument([
          {
            Sid: "WorkflowsOfTheRepository",
            Effect: "Allow",
            Principal: { Federated: providerArn },
            Action: "sts:AssumeRoleWithWebIdentity",
            Condition: {
              StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com", [`${issuer}:sub`]: subjects },
            },
          },
        ]),
      },
      { parent: this },
    );
  }

  private attach(role: aws.iam.Role, policyArn: string): void {
    const suffix = policyArn.split("/").at(-1);
    new aws.iam.RolePolicyAttachment(
      `${this.name}-${suffix}`,
      { role: role.name, policyArn },
      { parent: this },
    );
  }

  private allow(suffix: string, role: aws.iam.Role, statements: Statement[]): void {
    new aws.iam.RolePolicy(
      `${this.name}-${suffix}`,
      { role: role.name, policy: policyDocument(statements) },
      { parent: this },
    );
  }
}

/**
 * What GitHub calls a workflow's run: since 15 July 2026 with the ids of owner and repository, where the repository was
 * made or renamed after that day. Whoever gives the ids may still have an older repository, which GitHub names without.
 */
function subjects(repository: string, context: string): string[] {
  const names = new Set([repository, repository.replaceAll(/@[0-9]+/g, "")]);
  return [...names].map((name) => `repo:${name}:${context}`);
}
