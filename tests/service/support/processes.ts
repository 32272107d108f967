import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Settings } from "../../../app/settings/settings.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A program of the image, run as its container runs it: settings from the environment, secrets from files. */
export class Program {
  output = "";
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly secretsDirectory: string;

  constructor(file: string, environment: Record<string, string>, secrets: Record<string, string>) {
    this.secretsDirectory = mkdtempSync(join(tmpdir(), "capstone-secrets-"));
    for (const [name, secret] of Object.entries(secrets)) {
      writeFileSync(join(this.secretsDirectory, name), secret, { mode: 0o400 });
    }
    this.child = spawn(process.execPath, [file], {
      cwd: root,
      env: { PATH: process.env.PATH, SECRETS_DIRECTORY: this.secretsDirectory, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (chunk) => {
        this.output += chunk;
      });
    }
    this.ended = new Promise((resolve) => {
      this.child.on("close", (status) => {
        rmSync(this.secretsDirectory, { recursive: true });
        resolve(status);
      });
    });
  }

  /** Resolves with all of the output once this text is in it. */
  said(text: string): Promise<string> {
    return new Promise((resolve) => {
      const look = () => this.output.includes(text) && resolve(this.output);
      for (const stream of [this.child.stdout, this.child.stderr]) stream?.on("data", look);
      look();
    });
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }
}

/** The service as a process of its own, once it answers. A port that someone else took meanwhile is exchanged for another. */
export async function startService(
  settings: Settings,
  logLevel = "info",
): Promise<{ service: Program; url: string }> {
  for (;;) {
    const port = await freePort();
    const service = runService(settings, port, logLevel);
    const status = await Promise.race([service.ended, service.said('"Server listening at')]);
    if (typeof status === "string") return { service, url: `http://127.0.0.1:${port}` };
    if (!service.output.includes("EADDRINUSE")) throw new Error(`The service ended: ${service.output}`);
  }
}

/** The service as a process of its own, whether it comes to listen or not. */
export function runService(settings: Settings, port: number, logLevel = "info"): Program {
  const { database, objectStore, signingKeys } = settings;
  return new Program(
    "app/main.ts",
    {
      NODE_NAME: settings.nodeName,
      PORT: String(port),
      LOG_LEVEL: logLevel,
      DATABASE_URL: `postgres://${database.user}@${database.host}:${database.port}/${database.database}`,
      OBJECT_STORE_REGION: objectStore.region,
      OBJECT_STORE_BUCKET: objectStore.bucket,
      OBJECT_STORE_ENDPOINT: objectStore.endpoint ?? "",
      ASSETS_URL: objectStore.assetsUrl,
    },
    {
      "database-password": database.password,
      "object-store-access-key": objectStore.credentials?.accessKeyId ?? "",
      "object-store-secret-key": objectStore.credentials?.secretAccessKey ?? "",
      "signing-keys": JSON.stringify({
        active: Number(signingKeys.activeGeneration),
        keys: Object.fromEntries(
          [...signingKeys.seeds].map(([name, seed]) => [name, seed.toString("base64")]),
        ),
      }),
    },
  );
}

/** A port that nothing listened on just now. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
