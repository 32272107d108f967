import { readFileSync } from "node:fs";
import { afterOwnTime } from "../../../infra/docker/engine/deadline.ts";
import type { Finding } from "../finding.ts";
import type { Compared } from "./clock.ts";

/** How long a server may take: a busy machine needs seconds for a TLS handshake. */
const reachMs = 8_000;

export interface Origins {
  npm: string;
  dockerHub: string;
  github: string;
  pulumi: string;
  debian: string;
}

/** Where each thing comes from; npm's and Debian's mirrors as this machine names them. */
export function originsHere(environment: NodeJS.ProcessEnv = process.env): Origins {
  return {
    npm: environment.npm_config_registry || "https://registry.npmjs.org",
    dockerHub: "https://registry-1.docker.io/v2/",
    github: "https://github.com",
    pulumi: "https://api.pulumi.com",
    debian: debianMirror(),
  };
}

function debianMirror(): string {
  for (const file of ["/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"]) {
    try {
      const [mirror] = /https?:\/\/[^\s\]]+/.exec(readFileSync(file, "utf8").replace(/^#.*$/gm, "")) ?? [];
      if (mirror) return mirror;
    } catch {}
  }
  return "http://deb.debian.org/debian";
}

/** Which origins answer at all, whatever they answer; and the first Date header of them. */
export interface Reached {
  answers: Record<keyof Origins, boolean>;
  compared: Compared | undefined;
}

export async function reach(origins: Origins, timeoutMs = reachMs): Promise<Reached> {
  const asked = await Promise.all(
    Object.entries(origins).map(async ([key, origin]) => {
      const late = new AbortController();
      const stop = afterOwnTime(timeoutMs, () => late.abort());
      const { signal } = late;
      const response = await fetch(origin, { method: "HEAD", redirect: "manual", signal }).catch(
        () => undefined,
      );
      stop();
      const dateHeader = response?.headers.get("date");
      const compared = dateHeader
        ? { server: new URL(origin).host, dateHeader, nowMs: Date.now() }
        : undefined;
      return { key, answers: response !== undefined, compared };
    }),
  );
  return {
    answers: Object.fromEntries(asked.map(({ key, answers }) => [key, answers])) as Reached["answers"],
    compared: asked.find(({ compared }) => compared)?.compared,
  };
}

/** What set-up does where an origin does not answer. */
const without: Record<keyof Origins, { label: string; instead: string }> = {
  npm: { label: "npm registry", instead: "Packages that are not there already cannot be installed." },
  dockerHub: { label: "Docker Hub", instead: "Base images that are not there are built from packages." },
  github: { label: "GitHub releases", instead: "Pulumi, where it is not there, is built from Go modules." },
  pulumi: {
    label: "Pulumi's plugins",
    instead: "They are built with it; AWS's cannot be, so `prod` cannot be deployed from here.",
  },
  debian: { label: "Debian mirror", instead: "The stack's images cannot be built where they are not there." },
};

/** One finding an origin. That set-up has another way is no lack: whether it has one is for the parts to say. */
export function checkNetworks(origins: Origins, { answers }: Reached): Finding[] {
  return (Object.keys(origins) as (keyof Origins)[]).map((key) => {
    const { label, instead } = without[key];
    if (answers[key]) return { name: label, state: "ok", found: `${origins[key]} answers` };
    return { name: label, state: "warning", found: `${origins[key]} does not answer`, advice: instead };
  });
}

const proxyNames = ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"];
const certificateNames = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/** Proxies, without their passwords, and certificate authorities that the environment names. */
export function checkProxies(environment: NodeJS.ProcessEnv, engineProxy: string | undefined): Finding {
  const name = "proxies and certificates";
  const value = (key: string) => environment[key] || environment[key.toLowerCase()];
  const set = [...proxyNames, ...certificateNames].flatMap((key) =>
    value(key) ? [`${key}=${withoutPassword(value(key) ?? "")}`] : [],
  );
  const found = set.join(", ") || "none set";
  const hasProxy = Boolean(value("HTTPS_PROXY") || value("HTTP_PROXY"));
  if (!hasProxy || engineProxy) return { name, state: "ok", found };
  return {
    name,
    state: "warning",
    found,
    advice:
      "Set-up uses the proxy, and the engine has none: to pull and build images it needs its own (https://docs.docker.com/engine/daemon/proxy).",
  };
}

function withoutPassword(proxy: string): string {
  return proxy.replace(/\/\/[^@/]*@/, "//");
}
