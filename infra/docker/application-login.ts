import * as pulumi from "@pulumi/pulumi";
import { database, userIds } from "../topology.ts";
import { contentVersion, SecretFiles } from "./container/secret-files.ts";
import { clusterName } from "./database.ts";
import type { Networks } from "./networks.ts";
import type { Secrets } from "./secrets.ts";
import { Job } from "./steps/job.ts";

export interface ApplicationLoginArgs {
  stack: string;
  networks: Networks;
  /** The database's. */
  image: pulumi.Input<string>;
  /** Carries the secret files. */
  baseImage: pulumi.Input<string>;
  secrets: Secrets;
  /** Short names of the database's nodes. */
  nodeNames: string[];
  after: pulumi.Resource[];
}

/**
 * The login of a service's nodes, with rights on the rows of all that the schema's owner makes: the service's migration
 * need not know of it.
 */
export class ApplicationLogin extends pulumi.ComponentResource {
  constructor(name: string, args: ApplicationLoginArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:ApplicationLogin", name, {}, options);

    this.createJob(args, this.createSecretFiles(args));

    this.registerOutputs();
  }

  private createSecretFiles({ stack, baseImage, secrets }: ApplicationLoginArgs): SecretFiles {
    return new SecretFiles(
      "database-login-secrets",
      {
        stack,
        role: "database-login-secrets",
        image: baseImage,
        userId: userIds.database,
        pepper: secrets.pepper,
        secrets: {
          "superuser-password": secrets.superuserPassword,
          "application-password": secrets.applicationPassword,
        },
      },
      { parent: this },
    );
  }

  private createJob(
    { stack, networks, image, secrets, nodeNames, after }: ApplicationLoginArgs,
    secretFiles: SecretFiles,
  ): Job {
    const { applicationLogin, applicationPassword, pepper } = secrets;
    return new Job(
      "database-login",
      {
        stack,
        role: "database-login",
        image,
        userId: userIds.database,
        command: ["create-application-login"],
        networks: [networks.cluster.name],
        secretFiles,
        environment: {
          DATABASE_HOSTS: nodeNames.map(clusterName).join(","),
          DATABASE_NAME: database.name,
          OWNER: database.ownerUser,
          ROLE: database.applicationUser,
          LOGIN: applicationLogin,
        },
        timeoutSeconds: 90,
        triggers: {
          login: applicationLogin,
          password: contentVersion({ password: applicationPassword }, pepper),
        },
      },
      { parent: this, dependsOn: after },
    );
  }
}
