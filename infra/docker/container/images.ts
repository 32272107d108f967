import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Service } from "../../configuration/service.ts";
import { LocalImage } from "./image.ts";
import { type ImageName, imageSources } from "./image-sources.ts";

export interface ImagesArgs {
  service: Service;
}

/** The images of the stack, each built from its source. */
export class Images extends pulumi.ComponentResource {
  /** What our own images stand on; as it is, it carries secret files. */
  readonly base: pulumi.Output<string>;
  readonly consensus: LocalImage;
  readonly database: LocalImage;
  readonly objectStore: LocalImage;
  readonly edge: LocalImage;
  readonly proxy: LocalImage;
  /** The service and its migrations are one image, so that both are always of one version. */
  readonly app: LocalImage;
  readonly metrics: LocalImage;
  readonly alerts: LocalImage;
  readonly exporter: LocalImage;

  constructor(name: string, { service }: ImagesArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Images", name, {}, options);

    this.base = this.pulled("debian:trixie-slim");
    this.consensus = this.built("consensus");
    this.database = this.built("database");
    this.objectStore = this.built("object-store");
    this.edge = this.built("edge");
    this.proxy = this.built("proxy");
    const { name: imageName, source } = service;
    this.app = new LocalImage("app", { resourceName: "app", imageName, source }, { parent: this });
    this.metrics = this.built("metrics");
    this.alerts = this.built("alerts");
    this.exporter = this.built("exporter");

    this.registerOutputs();
  }

  private pulled(name: string): pulumi.Output<string> {
    return new docker.RemoteImage("base-image", { name, keepLocally: true }, { parent: this }).imageId;
  }

  private built(imageName: ImageName): LocalImage {
    return new LocalImage(imageName, { imageName, source: imageSources[imageName] }, { parent: this });
  }
}
