import { createHash } from "node:crypto";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { images, impostors, png, pngChunk } from "../unit/app/images.ts";
import { ask, expectProblem, newPerson, type Person } from "./support/client.ts";
import { LogKeeper, type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";
import { storedObject } from "./support/objects.ts";
import { TcpProxy } from "./support/tcp-proxy.ts";

let node: Node;
let person: Person;
const assets = "http://assets.test/assets/";

beforeAll(async () => {
  node = await startNode(settingsOf(await newDeployment(), "app-1"));
  person = await newPerson(node.url);
});

afterAll(() => node.close());

const upload = (bytes: Uint8Array, type?: string, by = person) =>
  ask(node.url, "PUT /api/v1/me/avatar", {
    token: by.token,
    bytes,
    headers: type === undefined ? {} : { "content-type": type },
  });

async function avatarUrl(of = person): Promise<string | null> {
  return (await ask(node.url, `GET /api/v1/users/${of.handle}`)).body.avatarUrl;
}

describe("what is kept", () => {
  test.each(Object.entries(images))(
    "%s: the very bytes that were sent, under their own type",
    async (_name, image) => {
      const { bytes, mediaType, extension } = image;
      const reply = await upload(bytes, mediaType);
      expect(reply.status, JSON.stringify(reply.body)).toBe(200);
      const hash = createHash("sha256").update(bytes).digest("hex");
      expect(reply.body).toEqual({ avatarUrl: `${assets}avatars/${person.id}/${hash}.${extension}` });
      expect(await avatarUrl()).toBe(reply.body.avatarUrl);

      const stored = await storedObject(`avatars/${person.id}/${hash}.${extension}`);
      expect(stored.bytes.equals(bytes)).toBe(true);
      expect(stored).toMatchObject({ type: mediaType, cacheControl: "public, max-age=31536000, immutable" });
    },
  );

  test("an image whose sender does not say what it is", async () => {
    expect((await upload(png(7, 7))).status).toBe(200);
    expect((await upload(png(7, 8), "application/octet-stream")).status).toBe(200);
  });

  test("an image of exactly 2 MiB", async () => {
    const bytes = pngOfBytes(2 * 1024 * 1024);
    const reply = await upload(bytes, "image/png");
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    expect((await storedObject(reply.body.avatarUrl.slice(assets.length))).bytes.equals(bytes)).toBe(true);
  });

  test("twenty uploads at once", async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) => upload(png(200, 200, [], index))),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(replies.map((reply) => reply.body.avatarUrl)).toContain(await avatarUrl());
  });
});

describe("what is refused", () => {
  test.each(Object.entries(impostors))(
    "%s, as an image and as nothing in particular",
    async (_name, bytes) => {
      const before = await avatarUrl();
      for (const type of ["image/png", "image/jpeg", "image/gif", "application/octet-stream"]) {
        expectProblem(await upload(bytes, type), 415);
      }
      expect(await avatarUrl()).toBe(before);
    },
  );

  test.each(["text/html", "image/svg+xml", "application/json", "image/*", "multipart/form-data; boundary=a"])(
    "an image that says it is %s",
    async (type) => expectProblem(await upload(png(), type), 415, "not-an-image"),
  );

  test("a PNG that says it is a JPEG", async () => {
    expectProblem(await upload(png(), "image/jpeg"), 415, "not-an-image");
    expectProblem(await upload(images.jpeg?.bytes as Buffer, "image/png"), 415, "not-an-image");
  });

  test("one byte more than 2 MiB, announced or not", async () => {
    const bytes = pngOfBytes(2 * 1024 * 1024 + 1);
    expectProblem(await upload(bytes, "image/png"), 413);
    const unannounced = await fetch(`${node.url}/api/v1/me/avatar`, {
      method: "PUT",
      headers: { authorization: `Bearer ${person.token}`, "content-type": "image/png" },
      body: new Blob([bytes as Uint8Array<ArrayBuffer>]).stream(),
      duplex: "half",
    } as RequestInit);
    expect(unannounced.status).toBe(413);
  });

  test("an upload without a token, at once", async () => {
    const nobody = { ...person, token: "" };
    expectProblem(await upload(png(), "image/png", nobody), 401);
  });

  test("a sender that stalls is answered and cut off, and its image is not shown", async () => {
    const other = await newPerson(node.url);
    const { hostname, port } = new URL(node.url);
    const startedAt = performance.now();
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port) }, () => {
        socket.write(
          `PUT /api/v1/me/avatar HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${other.token}\r\n` +
            `content-type: image/png\r\ncontent-length: 1000\r\n\r\n`,
        );
        socket.write(png().subarray(0, 50));
      });
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("close", () => resolve(text)).on("error", reject);
    });
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    // For the stall, and not only at the end of the half minute that a trickle may take.
    expect(performance.now() - startedAt).toBeGreaterThan(10_000);
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    expect(await avatarUrl(other)).toBeNull();
  });
});

test("a sender that goes away in the middle is no fault of the node", async () => {
  const log = new LogKeeper();
  const settings = settingsOf(await newDeployment(), "app-1", { logLevel: "debug" });
  const own = await startNode(settings, log);
  const { token } = await newPerson(own.url);
  await new Promise<void>((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: Number(new URL(own.url).port) }, () => {
      const head = `PUT /api/v1/me/avatar HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\n`;
      socket.write(`${head}content-type: image/png\r\ncontent-length: 1000\r\n\r\n`);
      socket.write(png().subarray(0, 50));
    });
    own.app.server.once("request", () => socket.destroy());
    socket.on("close", () => resolve());
  });
  await expect.poll(() => log.text).toContain("upload broke off");
  await own.close();
  expect(log.text).not.toMatch(/"level":[56]0/);
});

describe("while the object store fails", () => {
  test("an upload is held until it is back; while it is away nothing is shown that is not there", async () => {
    const { endpoint } = inject("backends").objectStore;
    const { hostname, port } = new URL(endpoint);
    const proxy = await TcpProxy.start({ host: hostname, port: Number(port) });
    const settings = settingsOf(await newDeployment(), "app-2");
    const behindProxy = await startNode({
      ...settings,
      objectStore: { ...settings.objectStore, endpoint: `http://127.0.0.1:${proxy.port}` },
    });
    try {
      const other = await newPerson(behindProxy.url);
      proxy.mode = "refuse";
      const held = ask(behindProxy.url, "PUT /api/v1/me/avatar", { token: other.token, bytes: png(9, 9) });
      const before = proxy.accepted;
      await expect.poll(() => proxy.accepted - before).toBeGreaterThan(1);
      expect((await ask(behindProxy.url, `GET /api/v1/users/${other.handle}`)).body.avatarUrl).toBeNull();
      const deep = await ask(behindProxy.url, "GET /health/deep");
      expect(deep.status).toBe(503);
      expect(deep.body.dependencies[1]).toMatchObject({ name: "object-store", state: "down" });
      expect((await ask(behindProxy.url, "GET /health")).status).toBe(200);
      proxy.mode = "forward";
      expect((await held).status).toBe(200);
    } finally {
      await behindProxy.close();
      await proxy.end();
    }
  });
});

/** Straight from the store, with what it says about the object. */
/** A sound PNG of exactly this size: a private chunk takes what is left. */
function pngOfBytes(bytes: number): Buffer {
  const rest = bytes - png().length - 12;
  const data = Buffer.alloc(rest, "x");
  return png(4, 4, [pngChunk("fiLl", data)]);
}
