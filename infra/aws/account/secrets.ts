import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { signingKeys } from "../../signing-keys.ts";

export interface SecretsArgs {
  keyArn: pulumi.Input<string>;
  /** From config; made when not set. */
  applicationPassword: pulumi.Output<string> | undefined;
  /** Undefined for a service that does not use them. */
  signingKeyGeneration: number | undefined;
  /** Names of the service's own secrets, and those that config sets. */
  service: { names: string[]; given: Record<string, pulumi.Output<string>> };
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
  readonly signingKeysSecret: StoredSecret | undefined;
  /** What nodes of a service other than the project's own are given, by name. */
  readonly ofService: Record<string, StoredSecret> = {};
  private readonly name: string;

  constructor(name: string, args: SecretsArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:Secrets", name, {}, options);
    this.name = name;

    this.applicationPassword = args.applicationPassword ?? this.makePassword();
    this.applicationPasswordSecret = this.store("application-password", this.applicationPassword, args);
    this.signingKeysSecret =
      args.signingKeyGeneration === undefined
        ? undefined
        : this.store(
            "signing-keys",
            signingKeys(`${name}-signing-key-`, args.signingKeyGeneration, { parent: this }),
            args,
          );
    for (const secret of args.service.names)
      this.keepForService(secret, args.service.given[secret] ?? this.makeServiceSecret(secret), args);

    this.registerOutputs();
  }

  get arns(): pulumi.Output<string>[] {
    const { applicationPasswordSecret, signingKeysSecret, ofService } = this;
    return [
      applicationPasswordSecret,
      ...(signingKeysSecret ? [signingKeysSecret] : []),
      ...Object.values(ofService),
    ].map(({ arn }) => arn);
  }

  /** Stores a secret that the service's nodes get in the variable of this name. */
  keepForService(variable: string, value: pulumi.Output<string>, args: Pick<SecretsArgs, "keyArn">): void {
    this.ofService[variable] = this.store(
      `service-${variable.toLowerCase().replaceAll("_", "-")}`,
      value,
      args,
    );
  }

  private makeServiceSecret(variable: string): pulumi.Output<string> {
    const name = `${this.name}-service-${variable.toLowerCase().replaceAll("_", "-")}`;
    return new random.RandomPassword(name, { length: 48, special: false }, { parent: this }).result;
  }

  private makePassword(): pulumi.Output<string> {
    const name = `${this.name}-application-password`;
    return new random.RandomPassword(name, { length: 32, special: false }, { parent: this }).result;
  }

  private store(
    role: string,
    value: pulumi.Output<string>,
    { keyArn }: Pick<SecretsArgs, "keyArn">,
  ): StoredSecret {
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
