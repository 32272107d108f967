import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { releaseSource } from "../release.ts";
import { LocalImage } from "./image.ts";

/** The images of the stack, each built from a folder of Dockerfile and configuration under `images/`. */
export class Images extends pulumi.ComponentResource {
  /** What our own images stand on; as it is, it carries secret files. */
  readonly base: pulumi.Output<string>;
  readonly consensus: LocalImage;
  readonly database: LocalImage;
  readonly objectStore: LocalImage;
  readonly proxy: LocalImage;
  readonly app: LocalImage;

  constructor(name: string, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Images", name, {}, options);

    this.base = this.pulled("debian:trixie-slim");
    this.consensus = this.fromFolder("consensus");
    this.database = this.fromFolder("database");
    this.objectStore = this.fromFolder("object-store");
    this.proxy = this.fromFolder("proxy");
    this.app = this.fromProject();

    this.registerOutputs();
  }

  private pulled(name: string): pulumi.Output<string> {
    return new docker.RemoteImage("base-image", { name, keepLocally: true }, { parent: this }).imageId;
  }

  private fromFolder(imageName: string): LocalImage {
    const source = { context: `images/${imageName}`, dockerfile: "Dockerfile", files: ["**"] };
    return new LocalImage(imageName, { imageName, source }, { parent: this });
  }

  /** The service and its migrations are one image, so that both are always of one version. */
  private fromProject(): LocalImage {
    return new LocalImage("app", { imageName: "app", source: releaseSource }, { parent: this });
  }
}
