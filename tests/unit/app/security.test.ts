import { argon2Sync, randomBytes } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import { AccessTokens } from "../../../app/security/access-tokens.ts";
import { clientNetwork } from "../../../app/security/client-network.ts";
import { Passwords } from "../../../app/security/passwords.ts";
import {
  newRefreshToken,
  refreshTokenHash,
  refreshTokenSuccessors,
} from "../../../app/security/refresh-tokens.ts";
import { deriveSigningKeys } from "../../../app/security/signing-keys.ts";
import { isUuid, uuidv7 } from "../../../app/security/uuid.ts";
import { scramVerifier } from "../../../migrations/application-user.ts";

afterEach(() => void vi.useRealTimers());

const [one, two] = [randomBytes(32), randomBytes(32)];
const seeds = (activeGeneration: string, ...all: [string, Buffer][]) => ({
  activeGeneration,
  seeds: new Map(all),
});
const caller = { accountId: uuidv7(), sessionId: uuidv7() };

describe("passwords", () => {
  test("a hash is salted, in PHC form, and verifies what it was made of and nothing else", async () => {
    const passwords = new Passwords();
    const [first, second] = await Promise.all([passwords.hash("pässword"), passwords.hash("pässword")]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(first).not.toBe(second);
    expect(await passwords.verify("pässword", first)).toBe(true);
    expect(await passwords.verify("pässword".normalize("NFD"), first)).toBe(true);
    expect(await passwords.verify("passWord", first)).toBe(false);
  });

  test("a hash of other costs, as an earlier release might have left, still verifies; another form is an error", async () => {
    const passwords = new Passwords();
    const nonce = randomBytes(16);
    const cost = { memory: 64, passes: 1, parallelism: 2, tagLength: 24 };
    const tag = argon2Sync("argon2id", { message: "hunter2", nonce, ...cost });
    const base64 = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
    const hash = `$argon2id$v=19$m=64,t=1,p=2$${base64(nonce)}$${base64(tag)}`;
    expect(await passwords.verify("hunter2", hash)).toBe(true);
    expect(await passwords.verify("hunter3", hash)).toBe(false);
    await expect(passwords.verify("hunter2", "$2b$12$abc")).rejects.toThrow("not in PHC form");
  });

  test("without an account it takes the time all the same, and is never right", async () => {
    const passwords = new Passwords();
    const hash = await passwords.hash("pass");
    const timed = async (against: string | undefined) => {
      const startedAt = process.cpuUsage();
      expect(await passwords.verify("wrong", against)).toBe(false);
      return process.cpuUsage(startedAt).user;
    };
    let [known, unknown] = [0, 0];
    // In turn, so that what else goes on falls on both.
    for (let time = 0; time < 5; time++) {
      known += await timed(hash);
      unknown += await timed(undefined);
    }
    expect(unknown / known).toBeGreaterThan(0.5);
    expect(unknown / known).toBeLessThan(2);
  });

  test("two at a time, a hundred waiting, the next is refused", async () => {
    const passwords = new Passwords();
    let together = 0;
    let most = 0;
    const guard = {
      check: async () => {
        most = Math.max(most, ++together);
        await new Promise((resolve) => setTimeout(resolve, 1));
        together--;
        throw new Error("enough");
      },
      recordFailure: async () => {},
    };
    const asked = Array.from({ length: 103 }, () =>
      passwords.verify("x", undefined, guard).catch((error) => error.message),
    );
    const answers = await Promise.all(asked);
    expect(most).toBe(2);
    expect(answers.filter((answer) => answer === "This node is busy.")).toHaveLength(1);
    expect(answers.filter((answer) => answer === "enough")).toHaveLength(102);
  });
});

describe("access tokens", () => {
  test("verify until they expire, also when they were seen before", async () => {
    vi.useFakeTimers({ now: new Date("2030-01-01"), toFake: ["Date"] });
    const tokens = new AccessTokens(await deriveSigningKeys(seeds("1", ["1", one])));
    const token = await tokens.sign(caller);
    expect(await tokens.verify(token)).toEqual(caller);
    vi.setSystemTime(new Date("2030-01-01T00:14:59Z"));
    expect(await tokens.verify(token)).toEqual(caller);
    vi.setSystemTime(new Date("2030-01-01T00:15:01Z"));
    expect(await tokens.verify(token)).toBeUndefined();
  });

  test("are understood by every node of the deployment, and by no other deployment", async () => {
    const all: [string, Buffer][] = [
      ["1", one],
      ["2", two],
    ];
    const before = new AccessTokens(await deriveSigningKeys(seeds("1", ...all)));
    const after = new AccessTokens(await deriveSigningKeys(seeds("2", ...all)));
    const elsewhere = new AccessTokens(await deriveSigningKeys(seeds("1", ["1", randomBytes(32)])));
    for (const signer of [before, after]) {
      const token = await signer.sign(caller);
      expect(await before.verify(token)).toEqual(caller);
      expect(await after.verify(token)).toEqual(caller);
      expect(await elsewhere.verify(token)).toBeUndefined();
    }
  });

  test("the published set has no private part", async () => {
    const { publicSet } = await deriveSigningKeys(seeds("1", ["1", one], ["2", two]));
    expect(JSON.stringify(publicSet)).not.toContain(one.toString("base64url"));
    expect(publicSet.keys.every((key) => !("d" in key))).toBe(true);
  });
});

test("a refresh token's successor is the same on every node, and another for every token and key", () => {
  const token = newRefreshToken();
  const all = refreshTokenSuccessors(token, seeds("2", ["1", one], ["2", two]));
  expect(all).toEqual(refreshTokenSuccessors(token, seeds("2", ["2", two], ["1", one])));
  expect(all.toReversed()).toEqual(refreshTokenSuccessors(token, seeds("1", ["1", one], ["2", two])));
  expect(new Set([token, ...all, ...refreshTokenSuccessors(all[0] ?? "", seeds("1", ["1", one]))]).size).toBe(
    4,
  );
  expect(refreshTokenHash(token)).toHaveLength(32);
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
])("%s counts as %s", (address, network) => {
  expect(clientNetwork(address)).toBe(network);
});

test("ids sort by time, never repeat, and are ids", () => {
  const ids = Array.from({ length: 1_000 }, uuidv7);
  expect(new Set(ids).size).toBe(1_000);
  expect(ids.every((id) => isUuid(id) && id[14] === "7" && "89ab".includes(id[19] ?? ""))).toBe(true);
  vi.useFakeTimers({ now: new Date("2100-01-01"), toFake: ["Date"] });
  expect(uuidv7() > (ids.at(-1) ?? "")).toBe(true);
});

test("the SCRAM verifier is the one of RFC 7677's example", () => {
  const verifier = scramVerifier("pencil", Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64"), 4096);
  expect(verifier).toBe(
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
  );
});
