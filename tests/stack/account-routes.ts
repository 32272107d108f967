import { randomBytes } from "node:crypto";
import { type Account, type Answer, ask, signUp } from "./client.ts";

/** What the owner of an account does with it, each with an account of its own, sent at one moment and looked at later. */
export interface AccountRoutes {
  /** Sends every request. @returns By route, whether it was answered as it should be and done once. */
  send: () => Promise<Record<string, string>>;
}

interface Case {
  route: string;
  path?: string;
  body?: object;
  status: number;
  /** Whether it was done, once. */
  isDone: (answer: Answer) => Promise<boolean>;
}

/** Makes the accounts. */
export async function prepareAccountRoutes(apiUrl: string): Promise<AccountRoutes> {
  const me = `${apiUrl}/api/v1/me`;
  const cases: ((account: Account) => Promise<Case>)[] = [
    async ({ handle, password }) => {
      const newPassword = `new ${randomBytes(9).toString("hex")}`;
      return {
        route: "PUT /me/password",
        body: { currentPassword: password, newPassword },
        status: 204,
        isDone: async () =>
          (await logIn(handle, newPassword)) === 200 && (await logIn(handle, password)) === 401,
      };
    },
    async ({ handle, password, accessToken }) => {
      await logIn(handle, password);
      const sessions = await ask(`${me}/sessions`, { token: accessToken });
      const other = sessions.body.items.find(({ current }: { current: boolean }) => !current).id;
      return {
        route: "DELETE /me/sessions/:id",
        path: `/sessions/${other}`,
        status: 204,
        isDone: async () => {
          const { body } = await ask(`${me}/sessions`, { token: accessToken });
          return body.items.length === 1 && body.items[0].id !== other;
        },
      };
    },
    async (account) => {
      const id = await post(account);
      return {
        route: "GET /me/export",
        status: 200,
        isDone: async ({ body }) => body.posts.length === 1 && body.posts[0].id === id,
      };
    },
    async (account) => {
      const id = await post(account);
      return {
        route: "PATCH /me/posts/:id",
        path: `/posts/${id}`,
        body: { body: "Changed" },
        status: 200,
        isDone: async () => (await ask(`${apiUrl}/api/v1/posts/${id}`)).body.body === "Changed",
      };
    },
    async (account) => {
      const id = await post(account);
      return {
        route: "DELETE /me/posts/:id",
        path: `/posts/${id}`,
        status: 204,
        isDone: async () => (await ask(`${apiUrl}/api/v1/posts/${id}`)).status === 404,
      };
    },
    async ({ handle, password }) => ({
      route: "DELETE /me",
      path: "",
      body: { password },
      status: 204,
      isDone: async () => (await ask(`${apiUrl}/api/v1/users/${handle}`)).status === 404,
    }),
  ];

  const logIn = async (handle: string, password: string) =>
    (await ask(`${apiUrl}/api/v1/sessions`, { body: { handle, password } })).status;
  const post = async ({ accessToken }: Account): Promise<string> =>
    (await ask(`${me}/posts`, { body: { body: "A post" }, token: accessToken })).body.id;

  const prepared = await Promise.all(
    cases.map(async (make) => {
      const account = await signUp(apiUrl);
      return { account, of: await make(account) };
    }),
  );
  const sendOne = async ({ account, of }: (typeof prepared)[number]): Promise<[string, string]> => {
    const [method = "GET", plain = ""] = of.route.split(" ");
    const answer = await ask(`${me}${of.path ?? plain.slice("/me".length)}`, {
      method,
      token: account.accessToken,
      headers: { "idempotency-key": randomBytes(9).toString("hex") },
      ...(of.body ? { body: of.body } : {}),
    });
    if (answer.status !== of.status) return [of.route, `${answer.status} ${JSON.stringify(answer.body)}`];
    return [of.route, (await of.isDone(answer)) ? "done once" : "answered, and not done"];
  };
  return { send: async () => Object.fromEntries(await Promise.all(prepared.map(sendOne))) };
}
