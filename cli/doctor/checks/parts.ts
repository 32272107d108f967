import { readdirSync } from "node:fs";
import path from "node:path";
import { cacheDirectory, exists } from "../../../infra/directories.mjs";
import { isRootOnDebian } from "../../toolchain/parts/debian.ts";
import { engineHasImage } from "../../toolchain/parts/docker-engine.ts";
import { findPackages } from "../../toolchain/parts/packages.ts";
import {
  type InstalledPulumi,
  installedPulumi,
  leastInstalled,
  pulumiHome,
} from "../../toolchain/parts/pulumi.ts";
import { output } from "../../toolchain/processes.ts";
import { baseImages, versions } from "../../toolchain/versions.mjs";
import { setUpMinutes } from "../durations.ts";
import type { Finding } from "../finding.ts";
import type { Reached } from "./networks.ts";

/** What set-up has provided already, and what it could make the rest with. */
export interface Parts {
  packages: boolean;
  /** Where the Pulumi in use is; undefined where set-up has to get one. */
  pulumiHome: string | undefined;
  awsPlugin: boolean;
  installed: InstalledPulumi | undefined;
  images: { debian: boolean; node: boolean; garage: boolean };
  cached: { debian: boolean; garage: boolean };
  tools: { go: boolean; cargo: boolean; debootstrap: boolean };
}

export async function lookForParts(): Promise<Parts> {
  const home = await pulumiHome();
  const isInstalled = async (tool: string) =>
    (await output("sh", ["-c", `command -v ${tool}`])) !== undefined;
  // What refuses the engine is another check's to say.
  const hasImage = (image: string) => engineHasImage(image).catch(() => false);
  const [{ there }, installed, debian, node, garage, go, cargo] = await Promise.all([
    findPackages(),
    installedPulumi(),
    hasImage(baseImages.debian),
    hasImage(baseImages.node),
    hasImage(baseImages.garage),
    isInstalled("go"),
    isInstalled("cargo"),
  ]);
  return {
    packages: there,
    pulumiHome: home,
    awsPlugin: home !== undefined && pluginsOf(home).some((name) => name.startsWith("resource-aws-v")),
    installed,
    images: { debian, node, garage },
    cached: {
      debian: await exists(cacheDirectory("images", `${baseImages.debian.replace(":", "-")}.tar`)),
      garage: await exists(cacheDirectory("garage", versions.garage)),
    },
    tools: { go, cargo, debootstrap: isRootOnDebian() },
  };
}

function pluginsOf(home: string): string[] {
  try {
    return readdirSync(path.join(home, "plugins"));
  } catch {
    return [];
  }
}

type Answers = Reached["answers"];

/** Each part that set-up provides: there, or how it comes, or why it cannot. The images are Docker's alone. */
export function checkParts(parts: Parts, answers: Answers, onDocker: boolean): Finding[] {
  const shared = [packages(parts, answers), pulumi(parts, answers)];
  return onDocker ? [...shared, ...images(parts, answers)] : [...shared, awsPlugin(parts, answers)];
}

function packages(parts: Parts, answers: Answers): Finding {
  const name = "npm packages";
  if (parts.packages) return { name, state: "ok", found: "as package-lock.json says" };
  const found = "not installed, or not those of package-lock.json";
  if (answers.npm)
    return { name, state: "missing", found, advice: "Set-up installs them.", minutes: setUpMinutes.packages };
  return { name, state: "missing", found, advice: "The npm registry cannot be reached.", stops: true };
}

function pulumi({ pulumiHome: home, installed, tools }: Parts, answers: Answers): Finding {
  const name = "Pulumi";
  if (home) return { name, state: "ok", found: home };
  const older =
    installed && !installed.newEnough
      ? `; ${installed.file} is ${installed.version || "of an unknown version"}, older than ${leastInstalled.join(".")}`
      : "";
  if (installed?.newEnough && (answers.pulumi || answers.github))
    return {
      name,
      state: "ok",
      found: `${installed.file} ${installed.version}`,
      advice: "Set-up downloads its plugins.",
    };
  const found = `none that set-up provided${older}`;
  if (answers.github)
    return { name, state: "missing", found, advice: `Set-up downloads ${versions.pulumi} with its plugins.` };
  if (tools.go)
    return {
      name,
      state: "missing",
      found,
      advice: `Set-up builds ${versions.pulumi} from Go modules.`,
      minutes: setUpMinutes.pulumi,
    };
  return {
    name,
    state: "missing",
    found,
    advice: "GitHub does not answer and there is no Go: install Pulumi, or Go 1.26 or newer.",
    stops: true,
  };
}

function awsPlugin({ awsPlugin: there }: Parts, answers: Answers): Finding {
  const name = "Pulumi's plugin for AWS";
  if (there) return { name, state: "ok", found: "installed" };
  if (answers.pulumi || answers.github)
    return { name, state: "missing", found: "not installed", advice: "Pulumi downloads it." };
  return {
    name,
    state: "missing",
    found: "not installed, and it cannot be downloaded or built here",
    advice: "`npm run -s resources -- --stack NAME` shows what the stack consists of without it.",
    stops: true,
  };
}

/** How each base image can be built where Docker Hub does not answer; the stack's own images follow from them. */
function images({ images: there, cached, tools }: Parts, answers: Answers): Finding[] {
  const table = [
    {
      image: baseImages.debian,
      there: there.debian,
      can: cached.debian || tools.debootstrap,
      how: cached.debian ? "Set-up loads it from the cache" : "Set-up builds it with debootstrap",
      lacks: "building it takes root on Debian",
      // The stack's own images are built with it.
      minutes: setUpMinutes.images,
    },
    {
      image: baseImages.node,
      there: there.node,
      can: answers.npm,
      how: "Set-up builds it from npm packages",
      lacks: "the npm registry does not answer",
      minutes: 0,
    },
    {
      image: baseImages.garage,
      there: there.garage,
      can: cached.garage || tools.cargo,
      how: cached.garage ? "Set-up loads it from the cache" : "Set-up builds it from crates.io",
      lacks: "there is no Rust to build it with",
      minutes: cached.garage ? 0 : setUpMinutes.garage,
    },
  ];
  return table.map(({ image, there, can, how, lacks, minutes }) => {
    const name = `image ${image}`;
    if (there) return { name, state: "ok", found: "the engine has it" };
    const found = "the engine does not have it";
    if (answers.dockerHub)
      return { name, state: "missing", found, advice: "Set-up pulls it from Docker Hub." };
    if (can) return { name, state: "missing", found, advice: `${how}.`, ...(minutes > 0 && { minutes }) };
    return {
      name,
      state: "missing",
      found,
      advice: `Docker Hub does not answer, and ${lacks}.`,
      stops: true,
    };
  });
}
