import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { withLock } from "../../../../cli/toolchain/lock.mjs";
import { keep } from "../../../../infra/directories.mjs";
import { scratchDirectory } from "./scratch.ts";

const lockModule = path.join(import.meta.dirname, "../../../../cli/toolchain/lock.mjs");

it("a part that is kept appears under its name only when it is whole", async () => {
  const directory = path.join(scratchDirectory(), "part", "1.0");
  await keep(directory, async (unfinished) => {
    writeFileSync(path.join(unfinished, "file"), "half");
    expect(existsSync(directory)).toBe(false);
  });
  expect(readdirSync(directory)).toEqual(["file"]);
  expect(readdirSync(path.dirname(directory))).toEqual(["1.0"]);
});

it("a part that could not be made leaves nothing, and the next try makes it", async () => {
  const directory = path.join(scratchDirectory(), "1.0");
  await expect(keep(directory, () => Promise.reject(new Error("no network")))).rejects.toThrow("no network");
  expect(readdirSync(path.dirname(directory))).toEqual([]);
  await keep(directory, async (unfinished) => writeFileSync(path.join(unfinished, "file"), ""));
  expect(readdirSync(directory)).toEqual(["file"]);
});

it("what an interrupted run left half-made is removed, and what is whole is not made again", async () => {
  const directory = path.join(scratchDirectory(), "1.0");
  mkdirSync(`${directory}.unfinished-4242`);
  await keep(directory, async () => {});
  await keep(directory, () => Promise.reject(new Error("made twice")));
  expect(readdirSync(path.dirname(directory))).toEqual(["1.0"]);
});

it("two set-ups wait for each other, and the second says so", async () => {
  const file = path.join(scratchDirectory(), "lock");
  const order: string[] = [];
  const said: string[] = [];
  let enter = () => {};
  const inside = new Promise<void>((resolve) => (enter = resolve));
  const first = withLock(
    file,
    () => {},
    async () => {
      enter();
      await expect.poll(() => said).not.toEqual([]);
      order.push("first");
    },
  );
  await inside;
  await withLock(
    file,
    (sentence) => said.push(sentence),
    async () => order.push("second"),
  );
  await first;
  expect(order).toEqual(["first", "second"]);
  expect(said).toEqual([`waiting for another set-up (process ${process.pid}) to end`]);
});

it("a set-up that fails, or is killed, frees the lock", async () => {
  const file = path.join(scratchDirectory(), "lock");
  await expect(
    withLock(
      file,
      () => {},
      () => Promise.reject(new Error("failed")),
    ),
  ).rejects.toThrow("failed");

  const script = `import { withLock } from "${lockModule}";
    await withLock("${file}", () => {}, async () => { console.log("held"); await new Promise((done) => setTimeout(done, 60_000)); });`;
  const holder = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  holder.kill("SIGKILL");
  const started = Date.now();
  expect(
    await withLock(
      file,
      () => {},
      async () => "free",
    ),
  ).toBe("free");
  // Long before it would have freed it by itself.
  expect(Date.now() - started).toBeLessThan(30_000);
});
