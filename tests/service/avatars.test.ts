import { createHash } from "node:crypto";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { impostors, png, pngChunk, pngClaiming } from "../unit/app/images.ts";
import { photographs } from "../unit/app/pictures.ts";
import { ask, expectProblem, newPerson, type Person } from "./support/client.ts";
import { superuser } from "./support/databases.ts";
import {
  type Deployment,
  LogKeeper,
  type Node,
  newDeployment,
  settingsOf,
  startNode,
} from "./support/nodes.ts";
import { storedObject } from "./support/objects.ts";
import { TcpProxy } from "./support/tcp-proxy.ts";

let deployment: Deployment;
let node: Node;
let person: Person;
const assets = "http://assets.test/assets/";

beforeAll(async () => {
  deployment = await newDeployment();
  node = await startNode(settingsOf(deployment, "app-1"));
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

const keyOf = (address: string) => address.slice(assets.length);
const forever = { type: "image/webp", cacheControl: "public, max-age=31536000, immutable" };

describe("what is published", () => {
  test("a picture in two sizes, under addresses that name it", async () => {
    const reply = await upload(png(300, 200), "image/png");
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    const { avatarUrl, smallUrl, animated } = reply.body;
    expect(avatarUrl).toMatch(new RegExp(`^${assets}avatars/${person.id}/[0-9a-f]{16}-[0-9a-f]{64}\\.webp$`));
    expect(smallUrl).toBe(avatarUrl.replace(".webp", "-160.webp"));
    expect(animated).toBe(false);
    expect((await ask(node.url, `GET /api/v1/users/${person.handle}`)).body.avatarUrl).toBe(avatarUrl);
    expect((await ask(node.url, `GET /u/${person.handle}`)).body).toContain(`src="${smallUrl}"`);
    const full = await storedObject(keyOf(avatarUrl));
    expect(full).toMatchObject(forever);
    expect(avatarUrl).toContain(createHash("sha256").update(full.bytes).digest("hex"));
    expect(await storedObject(keyOf(smallUrl))).toMatchObject(forever);
  });

  test.each(
    photographs.filter(
      ({ becomes, name }) => typeof becomes !== "string" && /place|MPF|gain map|GIF/.test(name),
    ),
  )("$name, and no place in any published byte", async ({ file, mediaType, becomes }) => {
    const reply = await upload(await file(), mediaType);
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    expect(reply.body.animated).toBe(typeof becomes !== "string" && becomes.animated === true);
    for (const address of [reply.body.avatarUrl, reply.body.smallUrl]) {
      const { bytes } = await storedObject(keyOf(address));
      for (const trace of ["Exif", "GPS", "Phone", "ICCP"]) expect(bytes.includes(trace), trace).toBe(false);
    }
  });

  test("an image whose sender does not say what it is", async () => {
    expect((await upload(png(7, 7))).status).toBe(200);
    expect((await upload(png(7, 8), "application/octet-stream")).status).toBe(200);
    expect((await upload(png(7, 9), "image/jpeg")).status).toBe(200);
  });

  test("an image of nearly 10 MiB", async () => {
    const reply = await upload(pngOfBytes(10 * 1024 * 1024), "image/png");
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  });

  test("twenty uploads at once, of many people", async () => {
    const people = await Promise.all(Array.from({ length: 10 }, () => newPerson(node.url)));
    const replies = await Promise.all(
      people.flatMap((by, index) => [
        upload(png(200, 200, [], index), undefined, by),
        upload(png(90, 90, [], index), undefined, by),
      ]),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200));
  });

  test("the one before stays for an hour, and is then gone; a picture that is removed as well", async () => {
    const other = await newPerson(node.url);
    const first = (await upload(png(31, 30), undefined, other)).body;
    const second = (await upload(png(32, 30), undefined, other)).body;
    const sql = superuser(deployment.databaseName);
    const due =
      await sql`select key from unused_objects where account_id = ${other.id} and delete_after < now() + interval '61 minutes'`;
    expect(due.map(({ key }) => key)).toEqual([keyOf(first.avatarUrl)]);
    await node.app.removeUnusedObjects();
    expect(await storedObject(keyOf(first.avatarUrl))).toMatchObject(forever);

    for (let turn = 0; turn < 2; turn++)
      expect((await ask(node.url, "DELETE /api/v1/me/avatar", { token: other.token })).status).toBe(204);
    expect(await avatarUrl(other)).toBeNull();
    await sql`update unused_objects set delete_after = now() where account_id = ${other.id}`;
    await node.app.removeUnusedObjects();
    for (const address of [first.avatarUrl, first.smallUrl, second.avatarUrl, second.smallUrl])
      await expect(storedObject(keyOf(address))).rejects.toThrow(/key/i);
    expect(await sql`select key from unused_objects where account_id = ${other.id}`).toEqual([]);
    await sql.end();
  });

  test("senders who are slow take nobody's turn", async () => {
    const { hostname, port } = new URL(node.url);
    const slow = await Promise.all(Array.from({ length: 10 }, () => newPerson(node.url)));
    const sockets = slow.flatMap(({ token }) =>
      Array.from({ length: 3 }, () => {
        const socket = connect({ host: hostname, port: Number(port) });
        socket.on("error", () => {});
        socket.write(
          `PUT /api/v1/me/avatar HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\n` +
            "content-type: image/png\r\ncontent-length: 9000000\r\n\r\n",
        );
        return socket;
      }),
    );
    const trickle = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write("x");
    }, 200);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await upload(png(50, 50))).status).toBe(200);
    clearInterval(trickle);
    for (const socket of sockets) socket.destroy();
  });
});

describe("what is refused", () => {
  test.each([
    "html",
    "svg",
    "pdf",
    "an empty body",
    "a text",
    "a PNG signature alone",
    "a PNG signature before HTML",
  ])("%s, as an image and as nothing in particular", async (name) => {
    const before = await avatarUrl();
    for (const type of ["image/png", "image/gif", "application/octet-stream"]) {
      expectProblem(await upload(impostors[name] as Buffer, type), 415);
    }
    expect(await avatarUrl()).toBe(before);
  });

  test("a HEIC photograph, with a sentence that helps", async () => {
    const file = await photographs.find(({ name }) => name.includes("HEIC"))?.file();
    const reply = await upload(file as Buffer, "image/heic");
    expectProblem(reply, 415, "not-an-image");
    expect(reply.body.detail).toContain("Most Compatible");
  });

  test("a bomb, and the node goes on", async () => {
    for (const bomb of [pngClaiming(60_000, 60_000), pngClaiming(7_900, 7_900)])
      expectProblem(await upload(bomb, "image/png"), 415, "not-an-image");
    expect((await ask(node.url, "GET /health")).status).toBe(200);
  });

  test.each(["text/html", "image/svg+xml", "application/json", "image/*", "multipart/form-data; boundary=a"])(
    "an image that says it is %s",
    async (type) => expectProblem(await upload(png(), type), 415, "not-an-image"),
  );

  test("one byte more than 10 MiB, announced or not", async () => {
    const bytes = Buffer.alloc(10 * 1024 * 1024 + 1, 0xff);
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

/** A sound PNG of exactly this size: a private chunk takes what is left. */
function pngOfBytes(bytes: number): Buffer {
  const rest = bytes - png().length - 12;
  const data = Buffer.alloc(rest, "x");
  return png(4, 4, [pngChunk("fiLl", data)]);
}
