import { sql } from "kysely";
import { afterEach, beforeAll, expect, inject, test } from "vitest";
import { DatabaseAccess } from "../../app/database/access.ts";
import { fileInContainer } from "./support/containers.ts";
import { applicationLogin, createDatabase, type Login, whileTlsIs } from "./support/databases.ts";
import { TcpProxy } from "./support/tcp-proxy.ts";

let login: Login;
let authority: string;
let access: DatabaseAccess | undefined;

beforeAll(async () => {
  const backends = inject("backends");
  login = applicationLogin(backends, await createDatabase("migrated"));
  authority = await fileInContainer(backends.database.container, "/tmp/data/authority.crt");
});

afterEach(() => access?.end());

/** How the session is secured, as the server sees it; or why there is none. */
async function encryption(changes: {
  certificateAuthority?: string | undefined;
  host?: string;
  port?: number;
}) {
  let fail = (_failure: Error | undefined) => {};
  const failure = new Promise<Error | undefined>((resolve) => (fail = resolve));
  access = new DatabaseAccess({ ...login, ...changes }, "tls", { onFailing: fail, onRetry: () => {} });
  const session = sql<{ ssl: boolean }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(
    access.direct,
  );
  session.catch(() => {});
  return Promise.race([session.then(({ rows }) => rows[0]?.ssl), failure.then((error) => error?.message)]);
}

test("with an authority the session is encrypted; without one it is not", async () => {
  expect(await encryption({ certificateAuthority: authority })).toBe(true);
  await access?.end();
  expect(await encryption({ certificateAuthority: undefined })).toBe(false);
});

test("a server that another authority vouches for is refused", async () => {
  const other = await fileInContainer(inject("backends").database.container, "/tmp/data/other.crt");
  expect(await encryption({ certificateAuthority: other })).toMatch(
    /^No database connection: .*(signature|verif|issuer)/,
  );
});

test("a server under another name than its certificate's is refused", async () => {
  expect(await encryption({ certificateAuthority: authority, host: "localhost" })).toMatch(
    /^No database connection: Hostname\/IP does not match/,
  );
});

test("a server that does not offer TLS is refused: nothing is sent to it in the clear", async () => {
  await whileTlsIs("off", async () => {
    expect(await encryption({ certificateAuthority: authority })).toBe(
      "No database connection: The database server does not offer TLS.",
    );
  });
});

test("a server that closes while TLS is being agreed on is no endless wait", async () => {
  const proxy = await TcpProxy.start(login);
  proxy.mode = "refuse";
  expect(await encryption({ certificateAuthority: authority, port: proxy.port })).toMatch(
    /^No database connection: /,
  );
  await proxy.end();
});
