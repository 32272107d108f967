import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { isImportedHash, matchesImported, noPassword } from "../../../app/security/imported-hashes.ts";
import { isCurrentHash, Passwords } from "../../../app/security/passwords.ts";
import { commands } from "../../../cli/command-line/commands.mjs";
import { readCommandLine } from "../../../cli/command-line/read.mjs";
import { readMapping } from "../../../import-sqlite/mapping/mapping.ts";
import { readOptions } from "../../../import-sqlite/options.ts";
import { emailOf, handleOf, numbered, uuidOf } from "../../../import-sqlite/service/identifiers.ts";
import { msOf } from "../../../import-sqlite/service/moment.ts";
import { passwordHashOf } from "../../../import-sqlite/service/password-hash.ts";

/** Made with Werkzeug 3.1.3. */
const werkzeug = {
  "old password of ada":
    "scrypt:32768:8:1$Fa5vsXEm6q7gQ04W$5bb5e698576d3918f822ddd4ce3a8323c59515019e5cf976fccd79224ba3a83f031d26e60430cab255fdcb6a98e68635f4137cc7f2fd62c81204dc429bf3f427",
  "pässword ünïcode":
    "pbkdf2:sha256:50000$7WvdhsffeTtw2jmK$f4d59c1a4d31a1ea958d67b434c3de291571c471dabcef255760efe7a1f30a29",
  pw: "pbkdf2:sha512:1000$uCf8aOebFfAqw2Eu$e4c7e95a28c5a3c672821cd43f62cd9ac688ebbec97fc3ebcb6af234ee0f7097088763ac0a157c44630948aefadff71fac8fdcfb1a3c76890d5fe129b403c3c4",
  "pw small":
    "scrypt:1024:8:1$EWE37za8RCC5zDsG$8481ccced364855386536f23279787a354a8b88d94f7032d2a5753cb3191293ff4ce14bbb79db74103c596313d09d6af1a90ebc9049ce17f2302ab057e2b3ec8",
};

describe("password hashes that came along", () => {
  test.each(Object.entries(werkzeug))(
    "Werkzeug's of %j is right for that password alone",
    async (password, hash) => {
      const passwords = new Passwords();
      expect(isCurrentHash(hash)).toBe(false);
      expect(await passwords.verify(password, hash)).toBe(true);
      expect(await passwords.verify(`${password}.`, hash)).toBe(false);
    },
  );

  test.each([
    ["scrypt:8388608:8:1$salt$", 128, "8 GiB of memory"],
    ["scrypt:32767:8:1$salt$", 128, "N is no power of two"],
    ["scrypt:32768:0:1$salt$", 128, "no blocks"],
    ["scrypt:32768:8:16$salt$", 128, "sixteen times the work"],
    ["pbkdf2:sha256:9999999$salt$", 64, "too many rounds"],
    ["pbkdf2:sha256:0$salt$", 64, "no rounds"],
    ["pbkdf2:md5:1000$salt$", 32, "a digest that is not offered"],
    ["sha256$salt$", 64, "a fast hash"],
    ["plain text", 0, "no hash"],
    ["$2b$20$", 53, "bcrypt that takes minutes"],
    ["$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHRzYWx0$", 64, "4 GiB of memory"],
    ["$scrypt$ln=20,r=8,p=1$c2FsdHNhbHQ$", 64, "1 GiB of memory"],
  ])("%s… is none to check: %s", async (start, digits) => {
    const hash = start + "ab".repeat(digits / 2);
    expect(isImportedHash(hash)).toBe(false);
    expect(await matchesImported("x", hash)).toBeUndefined();
    expect(passwordHashOf(hash)).toBeUndefined();
  });

  /** Made with bcrypt, Django 5.2.19 and passlib 1.7.4 for Python. */
  test.each([
    ["bcrypt pässword", "$2a$06$waqqiwLLukMx1uDolV4NJuVAWJTK6CQYPixXKf6kxXQOPKrmr1.dO"],
    ["bcrypt pässword", "$2b$06$lMV1rBPYSuQ5y22JGajfhO0RqvlWq5oCVm9TJVJMtEvS50MIoAUay"],
    ["bcrypt pässword", "$2y$06$PZ45GvTQVKEpxsetaAEOjegLbyLNtn2GltJzLfTls/xAEkLUHeZbO"],
    ["django pässword", "bcrypt_sha256$$2b$06$9VJCYbwgXVyUdEu4gcce5.GUJTKMStSVM5EDd6UVmPCZu2IaAHx4y"],
    ["django pässword", "bcrypt$$2b$06$dPFz/WVt1ZMXteNhju6P3OlZ5wmqXq1ldKXfEEz6ql7bA0yldsh/e"],
    [
      "django pässword",
      "argon2$argon2id$v=19$m=1024,t=2,p=8$eGt6QWxmc0pQWlhIVGFocHV6YUxPUw$rbzRXGVJsta5T1CAHtg8Qrx0DS6bLnd/EueDus0dBbs",
    ],
    [
      "django pässword",
      "scrypt$16384$VXocYsep575BafOXObBckU$8$5$PpT/rMav2fRv+xMZ6cQzKHN/dYRFDeGLxLn8hI26+zUCCexwsqmdOjeH7LzBJUfEr8LsQIMBMZWY8lrnSdlA7Q==",
    ],
    ["django pässword", "pbkdf2_sha1$1000$lKN7xUjxuGTku705YssGT4$CN2gA5Fd9AemDoF1Q6+ncrHMl98="],
    [
      "passlib pässword",
      "$scrypt$ln=10,r=8,p=1$w/h/7907pzSm1Jqz1nrvvQ$0ZG9xUJHnCv+wLWs0GEOquryu37VcRmzqAETwSkoXsc",
    ],
    [
      "passlib pässword",
      "$argon2i$v=19$m=1024,t=2,p=4$ZWxNyRljjHGutfZeay1FyA$ZafnsQ3k0/bX68T5boWyedvElZpWuUyhR+gW/ZhiDKo",
    ],
    [
      "passlib pässword",
      "$pbkdf2-sha256$1000$lhLC2DvHmJMSwhjj3LsX4g$JiaHC5V/dzw.CvNomwdWWLNN6XeAIaQL98ar6u05P9Y",
    ],
  ])("others' of %j are right for that password alone: %s", async (password, written) => {
    const hash = passwordHashOf(written) as string;
    expect(isCurrentHash(hash)).toBe(false);
    const passwords = new Passwords();
    expect(await passwords.verify(password, hash)).toBe(true);
    expect(await passwords.verify(`${password}.`, hash)).toBe(false);
  });

  test("where no password came along, none is right", async () => {
    const passwords = new Passwords();
    expect(await passwords.verify("", noPassword)).toBe(false);
    expect(await passwords.verify("!", noPassword)).toBe(false);
  });

  test("Django's pbkdf2 is Werkzeug's in another spelling", async () => {
    // hashlib.pbkdf2_hmac("sha256", b"django pw", b"seasalt", 1000) as Django writes it.
    const { pbkdf2Sync } = await import("node:crypto");
    const tag = pbkdf2Sync("django pw", "seasalt", 1000, 32, "sha256").toString("base64");
    const hash = passwordHashOf(`pbkdf2_sha256$1000$seasalt$${tag}`);
    expect(await new Passwords().verify("django pw", hash)).toBe(true);
  });
});

test.each([
  ["Ada", "ada"],
  ["José Núñez", "jose_nunez"],
  ["al", "al_"],
  ["a.b@c", "a_b_c"],
  ["日本", "user_7"],
  ["", "user_7"],
  ["x".repeat(60), "x".repeat(40)],
])("the handle of %j is %s", (name, handle) => {
  expect(handleOf(name, "7")).toBe(handle);
  expect(handle).toMatch(/^[a-z0-9_-]{3,40}$/);
});

test("a handle with a number stays short enough", () => {
  expect(numbered("ada", 2)).toBe("ada_2");
  expect(numbered("x".repeat(40), 12)).toBe(`${"x".repeat(37)}_12`);
});

test("a row gets the same UUID each time, and another row another", () => {
  const id = uuidOf(["account", "blog", "user", "1"], 1_700_000_000_000);
  expect(id).toMatch(/^018bcfe5-6800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuidOf(["account", "blog", "user", "1"], 1_700_000_000_000)).toBe(id);
  expect(uuidOf(["account", "blog", "user", "2"], 1_700_000_000_000)).not.toBe(id);
});

test("addresses and moments as small applications write them", () => {
  expect(emailOf(" Ada@Example.org ")).toBe("ada@example.org");
  expect(emailOf("nobody")).toBeUndefined();
  expect(msOf("2024-01-01 00:00:00")).toBe(Date.UTC(2024, 0, 1));
  expect(msOf(1_700_000_000)).toBe(1_700_000_000_000);
  expect(msOf(1_700_000_000_123)).toBe(1_700_000_000_123);
  expect(msOf(2_451_544.5)).toBe(Date.UTC(2000, 0, 1));
  expect(msOf("yesterday")).toBeUndefined();
  expect(msOf(null)).toBeUndefined();
});

describe("the command line", () => {
  const read = (args: string[]) => {
    const { values, rest } = readCommandLine(commands["import:sqlite"], args);
    return readOptions(values, rest);
  };

  test("a file with everything", () => {
    expect(read(["a.db", "--uploads", "up", "--map", "m.json", "--dry-run"])).toEqual({
      ...{ file: "a.db", uploads: "up", map: "m.json", dryRun: true, sample: false, undo: undefined },
    });
  });

  test.each([
    [[], "Either a FILE or --sample"],
    [["a.db", "--sample"], "Either a FILE or --sample"],
    [["a.db", "b.db"], 'One FILE at a time: "b.db"'],
    [["--sample", "--map", "m.json"], "--sample brings its own"],
    [["a.db", "--undo", "blog"], "--undo takes the name of a schema"],
    [["a.db", "--upload", "x"], 'The option "--upload" is unknown; did you mean --uploads?'],
    [["a.db", "--uploads"], "--uploads needs its DIR."],
  ])("%j is refused with a sentence", (args, sentence) => {
    expect(() => read(args)).toThrow(sentence);
  });
});

describe("a mapping file", () => {
  const directory = mkdtempSync(join(tmpdir(), "capstone-mapping-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const write = (text: string) => {
    const file = join(directory, "map.json");
    writeFileSync(file, text);
    return file;
  };

  test("as the documentation shows it", async () => {
    const mapping = {
      schema: "old_blog",
      users: { table: "people", handle: "nick" },
      posts: null,
      tables: { log: { leaveOut: true } },
    };
    expect(await readMapping(write(JSON.stringify(mapping)))).toEqual(mapping);
  });

  test.each([
    ["{", "cannot be read"],
    ['{"scheme": "x"}', "must NOT have additional properties (scheme)"],
    ['{"schema": "public"}', 'wrong at "/schema"'],
    ['{"users": {"table": "people"}}', "must have required property 'handle'"],
    [
      '{"tables": {"t": {"columns": {"c": {"type": "varchar"}}}}}',
      "must be equal to one of the allowed values (bigint, ",
    ],
  ])("%s is refused with the place and what is allowed", async (text, sentence) => {
    await expect(readMapping(write(text))).rejects.toThrow(sentence);
  });
});
