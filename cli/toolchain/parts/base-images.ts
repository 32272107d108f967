import { copyFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { cacheDirectory, exists, keep } from "../../../infra/directories.mjs";
import { PersonError } from "../../../infra/errors.ts";
import { setUpMinutes } from "../../doctor/durations.ts";
import { imageRegistry, reachable } from "../network.ts";
import { fetchPackage } from "../node.mjs";
import type { Part, Preparation } from "../part.ts";
import { output, runLogged } from "../processes.ts";
import { baseImages, versions } from "../versions.mjs";
import { installDebianPackages, isRootOnDebian } from "./debian.ts";
import { dockerEngine, engineHasImage } from "./docker-engine.ts";
import { buildGarage } from "./garage.ts";

const recipes = path.join(path.dirname(import.meta.dirname), "images");

/**
 * An image of Docker Hub; where that is out of reach, an equivalent built here under the same name.
 * @param build Waits for the engine itself, so that steps without it can go first.
 */
function baseImage(
  image: string,
  build: (preparation: Preparation, part: Part) => Promise<string>,
  minutes?: number,
): Part {
  return {
    name: `image ${image}`,
    ...(minutes && { minutes }),

    isThere: () => engineHasImage(image),

    async provide(preparation) {
      if (await reachable(imageRegistry)) {
        await preparation.ready(dockerEngine);
        preparation.progress.start(this.name, "pulling");
        const log = cacheDirectory("logs", "docker-pull.log");
        const pulled = await runLogged("docker", ["pull", "--quiet", image], {
          what: "docker pull",
          log,
        }).then(
          () => true,
          () => false,
        );
        if (pulled) return "pulled from Docker Hub";
      }
      return build(preparation, this);
    },
  };
}

/** Debian from its own packages. */
export const debianImage = baseImage(baseImages.debian, async (preparation, part) => {
  const archive = cacheDirectory("images", `${baseImages.debian.replace(":", "-")}.tar`);
  const log = cacheDirectory("logs", "image-debian.log");
  let how = "loaded from the cache";
  if (!(await exists(archive))) {
    if (!isRootOnDebian())
      throw notAvailable(baseImages.debian, "building it takes debootstrap, as root on Debian");
    preparation.progress.start(part.name, "building with debootstrap");
    if (!(await output("sh", ["-c", "command -v debootstrap"]))) await installDebianPackages(["debootstrap"]);
    const unfinished = `${archive}.unfinished`;
    await mkdir(path.dirname(archive), { recursive: true });
    const args = [path.join(recipes, "debian.sh"), versions.debian, unfinished];
    await runLogged("sh", args, { what: `Building the image ${baseImages.debian}`, log });
    await rename(unfinished, archive);
    how = "built with debootstrap";
  }
  await preparation.ready(dockerEngine);
  const changes = ['CMD ["bash"]', "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];
  const args = ["import", ...changes.flatMap((change) => ["--change", change]), archive, baseImages.debian];
  await runLogged("docker", args, { what: `Importing the image ${baseImages.debian}`, log });
  return how;
});

/** Node's image from the packages of the npm registry, on Debian's. */
export const nodeImage = baseImage(baseImages.node, async (preparation, part) => {
  const platform = `linux-${process.arch}`;
  const integrity = versions.nodeIntegrity[platform];
  if (!integrity) throw notAvailable(baseImages.node, `there is no npm package of Node.js for ${platform}`);
  preparation.progress.start(part.name, "building from npm packages");
  const nodePackage = cacheDirectory("node", versions.node);
  const npmPackage = cacheDirectory("npm", versions.npm);
  await keep(nodePackage, (unfinished) =>
    fetchPackage(`node-${platform}`, versions.node, integrity, unfinished),
  );
  await keep(npmPackage, (unfinished) =>
    fetchPackage("npm", versions.npm, versions.npmIntegrity, unfinished),
  );
  await preparation.ready(debianImage);

  const context = cacheDirectory("images", "node-context");
  await rm(context, { recursive: true, force: true });
  await mkdir(context, { recursive: true });
  await copyFile(path.join(recipes, "node", "Dockerfile"), path.join(context, "Dockerfile"));
  await copyFile(path.join(nodePackage, "bin", "node"), path.join(context, "node"));
  await runLogged("cp", ["-r", npmPackage, path.join(context, "npm")], {
    what: "Copying npm",
    log: logOf("node"),
  });
  await addOwnCertificates(context);
  const args = ["build", "--tag", baseImages.node, "--build-arg", `NODE_VERSION=${versions.node}`, context];
  await runLogged("docker", args, {
    what: `Building the image ${baseImages.node}`,
    log: logOf("node"),
    environment: { ...process.env, DOCKER_BUILDKIT: "0" },
  });
  await rm(context, { recursive: true, force: true });
  return "built from npm packages";
});

/** Garage's image, of which our Dockerfile takes the one file /garage. */
export const garageImage = baseImage(
  baseImages.garage,
  async (preparation, part) => {
    const built = await buildGarage(preparation.progress, part.name);
    await preparation.ready(dockerEngine);
    const run = { what: `Importing the image ${baseImages.garage}`, log: logOf("garage") };
    await runLogged("docker", ["import", built.archive, baseImages.garage], run);
    return built.how;
  },
  setUpMinutes.garage,
);

/**
 * A network whose proxy intercepts TLS has its own certificate authority, which the machine trusts through these
 * variables; builds inside such a network have to trust it too.
 */
async function addOwnCertificates(context: string): Promise<void> {
  const target = path.join(context, "certificates.crt");
  const bundle = process.env.NODE_EXTRA_CA_CERTS || process.env.SSL_CERT_FILE;
  if (bundle && (await exists(bundle))) await copyFile(bundle, target);
  else await writeFile(target, "");
}

function logOf(image: string): string {
  return cacheDirectory("logs", `image-${image}.log`);
}

function notAvailable(image: string, reason: string): PersonError {
  return new PersonError(
    `The image ${image} is not available: Docker Hub does not answer, and ${reason}. Load it with \`docker load\`, or run this where Docker Hub can be reached.`,
  );
}
