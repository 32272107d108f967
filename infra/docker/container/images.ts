import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { LocalImage } from "./image.ts";
import { type ImageName, imageSources } from "./image-sources.ts";

/** The images of the stack, each built from its source. */
export class Images extends pulumi.ComponentResource {
  /** What our own images stand on; as it is, it carries secret files. */
  readonly base: pulumi.Output<string>;
  readonly consensus: LocalImage;
  readonly database: LocalImage;
  readonly objectStore: LocalImage;
  readonly edge: LocalImage;
  readonly proxy: LocalImage;
  readonly app: LocalImage;
  readonly metrics: LocalImage;
  readonly alerts: LocalImage;
  readonly exporter: LocalImage;

  constructor(name: string, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Images", name, {}, options);

    this.base = this.pulled("debian:trixie-slim");
    this.consensus = this.built("consensus");
    this.database = this.built("database");
    this.objectStore = this.built("object-store");
    this.edge = this.built("edge");
    this.proxy = this.built("proxy");
    this.app = this.built("app");
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
