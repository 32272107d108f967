import { releaseSource } from "../../release.ts";
import type { ImageSource } from "../../source-hash.ts";

function folder(name: string): ImageSource {
  return { context: `infra/docker/images/${name}`, dockerfile: "Dockerfile", files: ["**"] };
}

/** What each image of the stack is built from, by the part of its name after `capstone/`. */
export const imageSources = {
  consensus: folder("consensus"),
  database: folder("database"),
  "object-store": folder("object-store"),
  proxy: folder("proxy"),
  metrics: folder("metrics"),
  alerts: folder("alerts"),
  exporter: folder("exporter"),
  /** The service and its migrations are one image, so that both are always of one version. */
  app: releaseSource,
} satisfies Record<string, ImageSource>;
export type ImageName = keyof typeof imageSources;

/** The content-addressed name of an image of ours. @param hash Of its source. */
export function imageReference(imageName: string, hash: string): string {
  return `capstone/${imageName}:${hash}`;
}
