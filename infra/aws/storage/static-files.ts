import path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { projectRoot } from "../../project.ts";
import { contentTypeOf, filesIn, type StaticFolder, staticCacheControl } from "../../static-files.ts";
import type { ObjectStore } from "./object-store.ts";

export interface StaticFilesArgs {
  objectStore: ObjectStore;
  staticFolder: StaticFolder;
  keyArn: pulumi.Input<string>;
}

/** A service's static files in its bucket. Those of earlier releases stay: pages that were sent before name them. */
export class StaticFiles extends pulumi.ComponentResource {
  /** Where they are, without a trailing slash. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: StaticFilesArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:StaticFiles", name, {}, options);

    const { objectStore, staticFolder, keyArn } = args;
    const { folder, prefix } = staticFolder;
    for (const file of filesIn(folder)) {
      new aws.s3.BucketObjectv2(
        `${name}-${prefix}${file}`,
        {
          bucket: objectStore.bucket.bucket.bucket,
          key: `${prefix}${file}`,
          source: new pulumi.asset.FileAsset(path.join(projectRoot, folder, file)),
          contentType: contentTypeOf(file),
          cacheControl: staticCacheControl,
          serverSideEncryption: "aws:kms",
          kmsKeyId: keyArn,
        },
        { parent: this, retainOnDelete: true },
      );
    }
    this.url = pulumi.interpolate`${objectStore.distribution.url}/${prefix.slice(0, -1)}`;

    this.registerOutputs({ url: this.url });
  }
}
