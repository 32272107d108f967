import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { NetworkEndpoints } from "./network-endpoints.ts";
import { ports } from "./ports.ts";

export interface SecurityGroupsArgs {
  namePrefix: string;
  vpcId: pulumi.Input<string>;
  endpoints: NetworkEndpoints;
  reachesAwsThroughInternet: boolean;
  /** Where the application nodes listen. */
  appPort: number;
}

/** Where a rule leads to or comes from: another group, a range of addresses, or a list that AWS keeps. */
type Peer = { group: aws.ec2.SecurityGroup } | { cidrIpv4: string } | { prefixListId: pulumi.Input<string> };

/** Only neighbours talk: the internet to the load balancer, that to the application, that to the database. */
export class SecurityGroups extends pulumi.ComponentResource {
  readonly loadBalancer: aws.ec2.SecurityGroup;
  readonly app: aws.ec2.SecurityGroup;
  readonly migration: aws.ec2.SecurityGroup;
  readonly database: aws.ec2.SecurityGroup;
  private readonly args: SecurityGroupsArgs;

  constructor(name: string, args: SecurityGroupsArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:SecurityGroups", name, {}, options);
    this.args = args;

    this.loadBalancer = this.createGroup("load-balancer", "The load balancer: HTTP and HTTPS from anywhere.");
    this.app = this.createGroup("app", "Application nodes: requests from the load balancer.");
    this.migration = this.createGroup("migration", "The migration step: nothing comes in.");
    this.database = this.createGroup(
      "database",
      "The database: Postgres from the application and the migration.",
    );

    this.openToInternet();
    this.connect("load-balancer-to-app", this.loadBalancer, this.app, args.appPort);
    for (const [role, group] of [["app", this.app] as const, ["migration", this.migration] as const]) {
      this.connect(`${role}-to-database`, group, this.database, ports.database);
      this.letReachAws(role, group);
    }

    this.registerOutputs();
  }

  private createGroup(role: string, description: string): aws.ec2.SecurityGroup {
    return new aws.ec2.SecurityGroup(
      `${this.args.namePrefix}-${role}`,
      { vpcId: this.args.vpcId, description },
      { parent: this },
    );
  }

  private openToInternet(): void {
    for (const [scheme, port] of [["http", ports.http] as const, ["https", ports.https] as const]) {
      this.allowIn(`internet-to-load-balancer-${scheme}`, this.loadBalancer, { cidrIpv4: "0.0.0.0/0" }, port);
    }
  }

  /** The image's layers come from S3, the rest from the endpoints, or all of it through the gateway. */
  private letReachAws(role: string, group: aws.ec2.SecurityGroup): void {
    const { endpoints, reachesAwsThroughInternet } = this.args;
    this.allowOut(`${role}-to-s3`, group, { prefixListId: endpoints.objectStore.prefixListId }, ports.https);
    if (endpoints.securityGroup)
      this.connect(`${role}-to-endpoints`, group, endpoints.securityGroup, ports.https);
    if (reachesAwsThroughInternet)
      this.allowOut(`${role}-to-aws`, group, { cidrIpv4: "0.0.0.0/0" }, ports.https);
  }

  private connect(name: string, from: aws.ec2.SecurityGroup, to: aws.ec2.SecurityGroup, port: number): void {
    this.allowOut(name, from, { group: to }, port);
    this.allowIn(name, to, { group: from }, port);
  }

  private allowIn(name: string, group: aws.ec2.SecurityGroup, from: Peer, port: number): void {
    new aws.vpc.SecurityGroupIngressRule(
      `${this.args.namePrefix}-${name}`,
      this.rule(name, group, from, port),
      { parent: this },
    );
  }

  private allowOut(name: string, group: aws.ec2.SecurityGroup, to: Peer, port: number): void {
    new aws.vpc.SecurityGroupEgressRule(`${this.args.namePrefix}-${name}`, this.rule(name, group, to, port), {
      parent: this,
    });
  }

  private rule(name: string, group: aws.ec2.SecurityGroup, peer: Peer, port: number) {
    return {
      securityGroupId: group.id,
      description: name.replaceAll("-", " "),
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      ...("group" in peer ? { referencedSecurityGroupId: peer.group.id } : peer),
    };
  }
}
