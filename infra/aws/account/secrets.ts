import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { signingKeys } from "../../signing-keys.ts";

export interface SecretsArgs {
  keyArn: pulumi.Input<string>;
  /** From config; made when not set. */
  applicationPassword: pulumi.Output<string> | undefined;
  signingKeyGeneration: number;
}

/**
 * What tasks are given by reference. The owner's database password is not here: RDS makes it, keeps it and changes
 * it every week, and Pulumi never sees it.
 */
export class Secrets extends pulumi.ComponentResource {
  /** The password of the application's database user. */
  readonly applicationPassword: pulumi.Output<string>;
  readonly applicationPasswordSecret: StoredSecret;
  /** JSON: the generation that signs and the seeds of all that verify. */
  readonly signingKeysSecret: StoredSecret;
  private readonly name: string;

  constructor(name: string, args: SecretsArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:Secrets", name, {}, options);
    this.name = name;

    this.applicationPassword = args.applicationPassword ?? this.makePassword();
    this.applicationPasswordSecret = this.store("application-password", this.applicationPassword, args);
    this.signingKeysSecret = this.store(
      "signing-keys",
      signingKeys(`${name}-signing-key-`, args.signingKeyGeneration, { parent: this }),
      args,
    );

    this.registerOutputs();
  }

  get arns(): pulumi.Output<string>[] {
    return [this.applicationPasswordSecret.arn, this.signingKeysSecret.arn];
  }

  private makePassword(): pulumi.Output<string> {
    const name = `${this.name}-application-password`;
    return new random.RandomPassword(name, { length: 32, special: false }, { parent: this }).result;
  }

  private store(role: string, value: pulumi.Output<string>, { keyArn }: SecretsArgs): StoredSecret {
    const name = `${this.name}-${role}`;
    const secret = new aws.secretsmanager.Secret(
      name,
      { kmsKeyId: keyArn, recoveryWindowInDays: 7 },
      { parent: this },
    );
    const version = new aws.secretsmanager.SecretVersion(
      name,
      { secretId: secret.id, secretString: value },
      { parent: this },
    );
    return {
      arn: secret.arn,
      versionId: version.versionId,
      versionReference: pulumi.interpolate`${secret.arn}:::${version.versionId}`,
    };
  }
}

export interface StoredSecret {
  arn: pulumi.Output<string>;
  versionId: pulumi.Output<string>;
  /** Names this version, so that a task definition changes, and tasks roll, when the value does. */
  versionReference: pulumi.Output<string>;
}
