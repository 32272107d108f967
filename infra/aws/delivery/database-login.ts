import * as pulumi from "@pulumi/pulumi";
import type { ImageSource } from "../../source-hash.ts";
import { database as names, userIds } from "../../topology.ts";
import type { Secrets } from "../account/secrets.ts";
import type { Database } from "../database/database.ts";
import type { ContainerArgs } from "../service/container-definition.ts";
import { ReleaseImage } from "./release-image.ts";

const source: ImageSource = {
  context: "infra",
  dockerfile: "aws/delivery/login-image/Dockerfile",
  files: ["aws/delivery/login-image/**", "docker/images/database/create-application-login"],
};

export interface DatabaseLoginArgs {
  region: string;
  architecture: "X86_64" | "ARM64";
  keyArn: pulumi.Input<string>;
  deletionProtection: boolean;
  database: Database;
  secrets: Secrets;
}

/**
 * What makes the login of a service's nodes, with rights on the rows of all that the schema's owner makes: a container
 * that runs to its end in the migration's task, so that the service's migration need not know of it.
 */
export class DatabaseLogin extends pulumi.ComponentResource {
  readonly repositoryArn: pulumi.Output<string>;
  readonly container: Pick<ContainerArgs, "name" | "image" | "userId" | "environment" | "secrets">;

  constructor(name: string, args: DatabaseLoginArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:DatabaseLogin", name, {}, options);

    const image = new ReleaseImage(name, { ...args, source }, { parent: this });
    const { database, secrets } = args;
    this.repositoryArn = image.repositoryArn;
    this.container = {
      name: "login",
      image: image.reference,
      userId: userIds.database,
      environment: {
        DATABASE_HOSTS: database.address,
        DATABASE_NAME: names.name,
        DATABASE_USER: names.ownerUser,
        OWNER: names.ownerUser,
        ROLE: names.applicationUser,
        LOGIN: names.applicationUser,
      },
      secrets: {
        SUPERUSER_PASSWORD: pulumi.interpolate`${database.ownerSecretArn}:password::`,
        APPLICATION_PASSWORD: secrets.applicationPasswordSecret.versionReference,
      },
    };

    this.registerOutputs();
  }
}
