import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { GivenPasswords } from "../configuration/configuration.ts";
import { randomBytes } from "../random-bytes.ts";
import { signingKeys } from "../signing-keys.ts";
import { applicationLogin, counts, type PasswordName } from "../topology.ts";
import { type ObjectStoreIdentity, objectStoreIdentity } from "./object-store-identity.ts";

export interface SecretsArgs {
  /** Values set by `pulumi config set --secret`; what is not set is made here. */
  given: GivenPasswords;
  /** The generation of the key that signs sessions. */
  signingKeyGeneration: number;
  /** The generation of the application's database password. */
  databasePasswordGeneration: number;
  /** The generation of the service's key to the object store. */
  objectStoreKeyGeneration: number;
  /** The generation of the passwords that never leave the database's containers and the migration's. */
  internalPasswordGeneration: number;
  /** Names of the service's own secrets, and those that config sets. */
  service: { names: string[]; given: Record<string, pulumi.Output<string>> };
}

/** Every secret of the local stack: from config where it is set there, else random. */
export class Secrets extends pulumi.ComponentResource implements Record<PasswordName, pulumi.Output<string>> {
  readonly superuserPassword: pulumi.Output<string>;
  readonly replicationPassword: pulumi.Output<string>;
  readonly rewindPassword: pulumi.Output<string>;
  readonly ownerPassword: pulumi.Output<string>;
  readonly applicationPassword: pulumi.Output<string>;
  /** Whose password `applicationPassword` is. */
  readonly applicationLogin: string;
  readonly patroniPassword: pulumi.Output<string>;
  /** Encrypts the backups of the database and the uploads. */
  readonly backupPassphrase: pulumi.Output<string>;
  readonly monitorPassword: pulumi.Output<string>;
  readonly objectStore: ObjectStoreSecrets;
  /** JSON: the generation that signs and the seeds of all that verify. */
  readonly signingKeys: pulumi.Output<string>;
  /** The service's own, by name. */
  readonly ofService: Record<string, pulumi.Output<string>>;
  /** Keys the hashes by which a container notices that its secrets changed. */
  readonly pepper: pulumi.Output<string>;

  constructor(name: string, args: SecretsArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Secrets", name, {}, options);

    this.superuserPassword = this.internalPassword("superuserPassword", args);
    this.replicationPassword = this.internalPassword("replicationPassword", args);
    this.rewindPassword = this.internalPassword("rewindPassword", args);
    this.ownerPassword = this.internalPassword("ownerPassword", args);
    this.applicationPassword = this.generationOf(
      "applicationPassword",
      args.databasePasswordGeneration,
      args,
    );
    this.applicationLogin = applicationLogin(args.databasePasswordGeneration);
    this.patroniPassword = this.internalPassword("patroniPassword", args);
    this.backupPassphrase = this.password("backupPassphrase", args);
    this.monitorPassword = this.password("monitorPassword", args);
    this.objectStore = this.createObjectStoreSecrets(args);
    this.signingKeys = signingKeys("signingKey", args.signingKeyGeneration, { parent: this });
    this.ofService = this.createServiceSecrets(args);
    this.pepper = this.bytes("pepper").hex;

    this.registerOutputs();
  }

  private password(name: PasswordName, { given }: SecretsArgs): pulumi.Output<string> {
    const chosen = given[name];
    if (chosen) return chosen;
    // Protected: the data volumes know it, so it stays while they do.
    return new random.RandomPassword(name, { length: 32, special: false }, { parent: this, protect: true })
      .result;
  }

  private internalPassword(name: PasswordName, args: SecretsArgs): pulumi.Output<string> {
    return this.generationOf(name, args.internalPasswordGeneration, args);
  }

  /** The first generation's stays, used or not: it is protected. A later one goes when the next has come. */
  private generationOf(name: PasswordName, generation: number, args: SecretsArgs): pulumi.Output<string> {
    const first = this.password(name, args);
    if (generation === 1 || args.given[name]) return first;
    const options = { parent: this };
    return new random.RandomPassword(`${name}${generation}`, { length: 32, special: false }, options).result;
  }

  private createServiceSecrets({ service }: SecretsArgs): Record<string, pulumi.Output<string>> {
    const make = (name: string) =>
      new random.RandomPassword(`service-${name}`, { length: 48, special: false }, { parent: this }).result;
    return Object.fromEntries(service.names.map((name) => [name, service.given[name] ?? make(name)]));
  }

  private createObjectStoreSecrets({ objectStoreKeyGeneration }: SecretsArgs): ObjectStoreSecrets {
    return {
      // Garage takes keys of this form only: GK and 24 hexadecimal digits, and a secret of 64.
      accessKey: this.generation("objectStoreAccessKey", objectStoreKeyGeneration).hex.apply(
        (hex) => `GK${hex.slice(0, 24)}`,
      ),
      secretKey: this.generation("objectStoreSecretKey", objectStoreKeyGeneration).hex,
      rpcSecret: this.bytes("objectStoreRpcSecret").hex,
      identities: Array.from({ length: counts.objectStore }, (_, index) =>
        objectStoreIdentity(this.bytes(`objectStoreIdentity${index + 1}`).base64),
      ),
      adminToken: this.bytes("objectStoreAdminToken").hex,
    };
  }

  private generation(name: string, generation: number) {
    const first = this.bytes(name);
    return generation === 1 ? first : randomBytes(`${name}${generation}`, { parent: this });
  }

  private bytes(name: string) {
    return randomBytes(name, { parent: this, protect: true });
  }
}

export interface ObjectStoreSecrets {
  accessKey: pulumi.Output<string>;
  secretKey: pulumi.Output<string>;
  rpcSecret: pulumi.Output<string>;
  /** One for each node. */
  identities: ObjectStoreIdentity[];
  adminToken: pulumi.Output<string>;
}
