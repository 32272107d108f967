import { createHash, randomUUID } from "node:crypto";
import { PersonError } from "../../infra/errors.ts";
import { inventAccount, json, removeAccount, removeLeftAccount, type TestAccount } from "./account.ts";

/** The outputs that the test needs; it knows nothing else about the stack. */
export interface SmokeOutputs {
  apiUrl: string;
  healthUrl: string;
  assetsUrl: string;
  release: { image: string; commit: string };
  /** The name of the service; a stack that was deployed with an older version has none. */
  service?: string;
}

interface Answer {
  status: number;
  body: unknown;
  bytes: Buffer;
  servedBy: string;
}

/** One transparent pixel: the smallest PNG that every decoder takes. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

/**
 * Uses the service as a person would, once: sign up, log in, post the same thing twice, upload a picture, fetch it.
 * @param say Called with each step that passed.
 * @throws PersonError that names the first step that failed.
 */
export async function smokeTest(outputs: SmokeOutputs, say: (step: string) => void): Promise<void> {
  await look(outputs, say);
  const account = inventAccount("smoke");
  try {
    await use(outputs, account, say);
  } catch (error) {
    await removeLeftAccount(outputs.apiUrl, account);
    throw error;
  }
}

/** Whether it answers, and as which release. */
async function look(outputs: SmokeOutputs, say: (step: string) => void): Promise<void> {
  const health = await call("checking its health", 200, outputs.healthUrl);
  say(`${outputs.healthUrl} answers, by ${health.servedBy}`);
  const deep = await call("asking for its release", 200, `${outputs.apiUrl}/health/deep`);
  const { release } = deep.body as { release: SmokeOutputs["release"] };
  // A public answer may name the image by its digest alone.
  if (release.commit !== outputs.release.commit || !outputs.release.image.endsWith(release.image)) {
    throw new PersonError(
      `The release that answers is ${release.image} of commit ${release.commit}; deployed was ${outputs.release.image} of commit ${outputs.release.commit}: it was rolled back, or is not out yet.`,
    );
  }
  say(`it is the release of commit ${release.commit}`);
  await call("hiding its metrics from outside", 404, `${outputs.apiUrl}/metrics`);
  say("its metrics are not public");
}

/** Everything that a person does, with an account that is gone again after it. */
async function use(outputs: SmokeOutputs, account: TestAccount, say: (step: string) => void): Promise<void> {
  const api = `${outputs.apiUrl}/api/v1`;
  const { handle, password } = account;
  await call("signing up", 201, `${api}/users`, json("POST", account));
  const session = await call("logging in", 200, `${api}/sessions`, json("POST", { handle, password }));
  const { accessToken } = session.body as { accessToken: string };
  const authorization = `Bearer ${accessToken}`;
  say(`${handle} signed up and logged in`);

  const post = json("POST", { body: "Does it work?" }, { authorization, "idempotency-key": randomUUID() });
  const first = await call("posting", 201, `${api}/me/posts`, post);
  const second = await call("posting the same again", 201, `${api}/me/posts`, post);
  if ((first.body as { id: string }).id !== (second.body as { id: string }).id) {
    throw new PersonError("Posting again with the same idempotency key made a second post.");
  }
  say("a post sent twice with the same key exists once");

  const upload = { method: "PUT", headers: { authorization, "content-type": "image/png" }, body: png };
  const avatar = await call("uploading a picture", 200, `${api}/me/avatar`, upload);
  const { avatarUrl } = avatar.body as { avatarUrl: string };
  if (!avatarUrl.startsWith(`${outputs.assetsUrl}/`)) {
    throw new PersonError(`The picture is at ${avatarUrl}, which is not under ${outputs.assetsUrl}.`);
  }
  const fetched = await call("fetching the picture", 200, avatarUrl);
  if (!avatarUrl.includes(createHash("sha256").update(fetched.bytes).digest("hex"))) {
    throw new PersonError(`${avatarUrl} does not return the picture that it names.`);
  }
  say(`the picture comes back as it was stored, from ${new URL(avatarUrl).host}`);

  const page = await call("reading the page", 200, `${outputs.apiUrl}/u/${handle}`);
  if (!page.bytes.includes("Does it work?")) throw new PersonError("The page does not show the post.");
  say("the page shows the post");

  const removed = await removeAccount(outputs.apiUrl, account, accessToken).catch((error: Error) => {
    throw new PersonError(`It failed in removing the account: ${error.message}.`);
  });
  say(removed ? `${handle} is gone again` : `${handle} stays: this release removes no accounts`);
}

async function call(step: string, expected: number, url: string, request: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(30_000) }).catch(
    (error: Error) => {
      throw new PersonError(
        `It failed in ${step}: ${url} did not answer (${String(error.cause ?? error.message)}).`,
      );
    },
  );
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (answer.status !== expected) {
    const said = bytes.toString("utf8", 0, 300);
    throw new PersonError(
      `It failed in ${step}: ${url} answered ${answer.status} instead of ${expected}: ${said}`,
    );
  }
  const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
  return {
    status: answer.status,
    body: isJson ? JSON.parse(bytes.toString()) : undefined,
    bytes,
    servedBy: answer.headers.get("x-served-by") ?? "an unnamed node",
  };
}
