import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { createClient } from "@hey-api/openapi-ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pythonOf } from "../../infra/policy/python-tool.ts";
import { png } from "../unit/app/images.ts";
import { ask, newAccount } from "./support/client.ts";
import { type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";

const run = promisify(execFile);
const pythonGenerator = { name: "openapi-python-client", version: "0.29.1" };

let node: Node;
let directory: string;
let description: string;
let operationIds: string[];
let python: string;

beforeAll(async () => {
  python = await pythonOf(pythonGenerator);
  node = await startNode(settingsOf(await newDeployment(), "app-1"));
  directory = await mkdtemp(path.join(tmpdir(), "capstone-clients-"));
  description = path.join(directory, "openapi.json");
  const { body } = await ask(node.url, "GET /openapi.json");
  await writeFile(description, JSON.stringify(body));
  operationIds = Object.values<Record<string, { operationId: string }>>(body.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
});

afterAll(async () => {
  await node.close();
  await rm(directory, { recursive: true, force: true });
});

/** What all that a person does came to, through either client. */
const expected = {
  handle: true,
  refused: 401,
  avatar: true,
  displayName: "Ada",
  replayed: "true",
  samePost: true,
  changed: "Changed",
  posts: ["Changed"],
  exported: ["Changed"],
  deleted: 204,
  missing: 404,
  ended: 204,
};

test("a TypeScript client of @hey-api/openapi-ts", async () => {
  const output = path.join(directory, "typescript");
  await createClient({
    input: description,
    output: { path: output, importFileExtension: ".ts" },
    logs: { level: "silent" },
    plugins: ["@hey-api/client-fetch", "@hey-api/sdk", "@hey-api/typescript"],
  });
  const load = (file: string) => import(/* @vite-ignore */ pathToFileURL(path.join(output, file)).href);
  const sdk = await load("sdk.gen.ts");
  expect(operationIds.filter((name) => typeof sdk[name] !== "function")).toEqual([]);
  const { client } = await load("client.gen.ts");
  client.setConfig({ baseUrl: node.url });

  const { handle, email, password } = newAccount();
  const account = await sdk.signUp({ body: { handle, email, password } });
  const refused = await sdk.logIn({ body: { handle, password: "not it" } });
  const session = await sdk.logIn({ body: { handle, password } });
  const renewed = await sdk.refreshSession({ body: { refreshToken: session.data.refreshToken } });
  client.setConfig({ baseUrl: node.url, auth: () => renewed.data.accessToken });

  const avatar = await sdk.putAvatar({ body: new Blob([png(64, 64) as Uint8Array<ArrayBuffer>]) });
  const profile = await sdk.changeProfile({ body: { displayName: "Ada" } });
  const once = { body: { body: "Once" }, headers: { "idempotency-key": randomUUID() } };
  const [first, again] = [await sdk.post(once), await sdk.post(once)];
  const one = { path: { id: first.data.id } };
  const changed = await sdk.changePost({ ...one, body: { body: "Changed" } });
  const page = await sdk.listPosts({ path: { handle }, query: { limit: 5 } });
  const exported = await sdk.exportAccount();
  const deletion = await sdk.deletePost(one);
  const missing = await sdk.getPost(one);
  const shown = await sdk.getUser({ path: { handle } });
  const end = await sdk.deleteAccount({ body: { password } });
  const bodies = (posts: { body: string }[]) => posts.map(({ body }) => body);
  expect({
    handle: account.data.handle === handle,
    refused: refused.error.status,
    avatar: shown.data.avatarUrl === avatar.data.avatarUrl,
    displayName: profile.data.displayName,
    replayed: again.response.headers.get("idempotency-replayed"),
    samePost: first.data.id === again.data.id,
    changed: changed.data.body,
    posts: bodies(page.data.items),
    exported: bodies(exported.data.posts),
    deleted: deletion.response.status,
    missing: missing.error.status,
    ended: end.response.status,
  }).toEqual(expected);
});

test("a Python client of openapi-python-client", async () => {
  const output = path.join(directory, "generated");
  const options = ["--path", description, "--output-path", output, "--meta", "none"];
  const { stdout: said } = await run(python, ["-m", "openapi_python_client", "generate", ...options], {
    cwd: directory,
  });
  // It leaves out what it cannot express.
  expect(said).not.toContain("will not be generated");
  const modules = (await readdir(path.join(output, "api"), { recursive: true })).filter((name) =>
    /\/(?!__init__)\w+\.py$/.test(name),
  );
  expect(modules).toHaveLength(operationIds.length);

  const picture = path.join(directory, "picture.png");
  await writeFile(picture, png(64, 64));
  const script = fileURLToPath(new URL("support/generated_client.py", import.meta.url));
  const { stdout } = await run(python, [script, node.url, picture], {
    env: { ...process.env, PYTHONPATH: directory, PYTHONDONTWRITEBYTECODE: "1" },
  });
  expect(JSON.parse(stdout)).toEqual({ ...expected, sessions: 1 });
});
