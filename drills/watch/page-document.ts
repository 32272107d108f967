import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { DrillEvent } from "./events.ts";

const folder = path.join(import.meta.dirname, "page");

/** The page in one document: its style and its script are in it, so that it can be kept as a file. */
export class PageDocument {
  private readonly style: string;
  private readonly script: string;

  private constructor(style: string, script: string) {
    this.style = style;
    this.script = script;
  }

  /** Bundles the page, in a fraction of a second. */
  static async build(): Promise<PageDocument> {
    const { build, stop } = await import("esbuild");
    const { outputFiles } = await build({
      absWorkingDir: folder,
      entryPoints: ["main.ts", "page.css"],
      outdir: "/",
      bundle: true,
      minify: true,
      format: "esm",
      target: "es2023",
      tsconfigRaw: {},
      write: false,
      // Otherwise its process would stay.
    }).finally(stop);
    const textOf = (ending: string) =>
      outputFiles.find(({ path: file }) => file.endsWith(ending))?.text ?? "";
    return new PageDocument(textOf(".css"), textOf(".js"));
  }

  /** @param recorded What it shows; without it the page asks the server that it is from. */
  html(recorded?: DrillEvent[]): string {
    const data = JSON.stringify(recorded ?? null).replaceAll("<", "\\u003c");
    const policy = [
      "default-src 'none'",
      `script-src '${hashOf(this.script)}'`,
      `style-src '${hashOf(this.style)}'`,
      "connect-src 'self'",
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
    ].join("; ");
    let html = readFileSync(path.join(folder, "index.html"), "utf8");
    for (const [written, instead] of [
      ["default-src 'none'", policy],
      ['<link rel="stylesheet" href="page.css">', `<style>${this.style}</style>`],
      ['<script type="module" src="main.ts"></script>', `<script type="module">${this.script}</script>`],
      ['id="recorded">null<', `id="recorded">${data}<`],
    ] as const) {
      if (!html.includes(written)) throw new Error(`drills/watch/page/index.html has no ${written}.`);
      html = html.replace(written, () => instead);
    }
    return html;
  }
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
