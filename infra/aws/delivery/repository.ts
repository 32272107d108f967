import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface RepositoryArgs {
  keyArn: pulumi.Input<string>;
  /** Without it, destroying the stack destroys the images. */
  deletionProtection: boolean;
}

/** Where the application's images are: a tag is written once, and every image is scanned. */
export class Repository extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: RepositoryArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:Repository", name, {}, options);

    const repository = new aws.ecr.Repository(
      name,
      {
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: args.keyArn }],
        forceDelete: !args.deletionProtection,
      },
      { parent: this },
    );
    new aws.ecr.LifecyclePolicy(
      name,
      { repository: repository.name, policy: pulumi.jsonStringify(lifecycle) },
      { parent: this },
    );
    this.url = repository.repositoryUrl;
    this.name = repository.name;
    this.arn = repository.arn;

    this.registerOutputs();
  }
}

/** Enough to roll back to; what is running is among the newest. */
const lifecycle = {
  rules: [
    {
      rulePriority: 1,
      description: "Untagged images leave after a day",
      selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 1 },
      action: { type: "expire" },
    },
    {
      rulePriority: 2,
      description: "The newest 30 images stay",
      selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 30 },
      action: { type: "expire" },
    },
  ],
};
