import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { database as names } from "../../topology.ts";
import { serviceMayAssume } from "../account/policy-document.ts";
import { createDatabaseCluster } from "./database-cluster.ts";
import { type DatabaseArgs, type DatabaseNodes, type DatabaseParts, logExports } from "./database-form.ts";
import { createDatabaseInstance } from "./database-instance.ts";

/** PostgreSQL 17 over several zones; what is acknowledged is on two nodes. */
export class Database extends pulumi.ComponentResource implements DatabaseNodes {
  readonly resource: aws.rds.Instance | aws.rds.Cluster;
  readonly arn: pulumi.Output<string>;
  readonly address: pulumi.Output<string>;
  readonly readAddress: pulumi.Output<string>;
  readonly ownerSecretArn: pulumi.Output<string>;
  readonly resourceIdentifier: pulumi.Output<string>;
  readonly availability: "instance" | "cluster";
  private readonly identifier: string;

  constructor(name: string, args: DatabaseArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:Database", name, {}, options);
    this.availability = args.availability;
    this.identifier = name;

    const parts: DatabaseParts = {
      identifier: name,
      args,
      subnetGroup: this.createSubnetGroup(args),
      monitoringRole: this.createMonitoringRole(args),
      logGroups: this.createLogGroups(args),
      parent: this,
    };
    const nodes =
      args.availability === "cluster" ? createDatabaseCluster(parts) : createDatabaseInstance(parts);
    this.resource = nodes.resource;
    this.arn = nodes.arn;
    this.resourceIdentifier = nodes.resourceIdentifier;
    this.address = nodes.address;
    this.readAddress = nodes.readAddress;
    this.ownerSecretArn = nodes.ownerSecretArn;

    this.registerOutputs();
  }

  /** Where a user finds the database, without a password. */
  url(user: string, address = this.address): pulumi.Output<string> {
    return pulumi.interpolate`postgresql://${user}@${address}:${this.resource.port}/${names.name}`;
  }

  /** The same with the password, for the stack's outputs. Secret. */
  secretUrl(password: pulumi.Output<string>, address = this.address): pulumi.Output<string> {
    return this.urlWithPassword(password, address, "verify-full");
  }

  /** The same for a service whose image need not know the authorities of RDS: encrypted, inside the network. */
  serviceUrl(password: pulumi.Output<string>, address = this.address): pulumi.Output<string> {
    return this.urlWithPassword(password, address, "require");
  }

  private urlWithPassword(
    password: pulumi.Output<string>,
    address: pulumi.Output<string>,
    sslMode: "verify-full" | "require",
  ): pulumi.Output<string> {
    const login = pulumi.interpolate`${names.applicationUser}:${password.apply(encodeURIComponent)}`;
    return pulumi.secret(
      pulumi.interpolate`postgresql://${login}@${address}:${this.resource.port}/${names.name}?sslmode=${sslMode}`,
    );
  }

  /** For what changes schemas. RDS keeps the password; whoever may read its secret finds it there. */
  ownerUrl(): pulumi.Output<string> {
    const secret = this.ownerSecretArn.apply(encodeURIComponent);
    return pulumi.secret(
      pulumi.interpolate`${this.url(names.ownerUser)}?sslmode=verify-full&passwordSecret=${secret}`,
    );
  }

  private createSubnetGroup({ subnets }: DatabaseArgs): aws.rds.SubnetGroup {
    return new aws.rds.SubnetGroup(
      this.identifier,
      { name: this.identifier, subnetIds: subnets.map((subnet) => subnet.id) },
      { parent: this },
    );
  }

  private createMonitoringRole({ accountId }: DatabaseArgs): aws.iam.Role {
    const name = `${this.identifier}-monitoring`;
    const role = new aws.iam.Role(
      name,
      { assumeRolePolicy: serviceMayAssume("monitoring.rds.amazonaws.com", accountId) },
      { parent: this },
    );
    new aws.iam.RolePolicyAttachment(
      name,
      { role: role.name, policyArn: "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole" },
      { parent: this },
    );
    return role;
  }

  /** Made before RDS would make them itself, without an end and without our key. */
  private createLogGroups({
    availability,
    keyArn,
    logRetentionDays,
  }: DatabaseArgs): aws.cloudwatch.LogGroup[] {
    return logExports.map(
      (log) =>
        new aws.cloudwatch.LogGroup(
          `${this.identifier}-${log}`,
          {
            name: `/aws/rds/${availability}/${this.identifier}/${log}`,
            retentionInDays: logRetentionDays,
            kmsKeyId: keyArn,
          },
          { parent: this },
        ),
    );
  }
}
