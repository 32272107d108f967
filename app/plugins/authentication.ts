import type { FastifyRequest, preHandlerAsyncHookHandler } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { unauthorized } from "../problem.ts";
import { sessionLives } from "../repositories/sessions.ts";
import { AccessTokens, type Caller } from "../security/access-tokens.ts";
import { Passwords } from "../security/passwords.ts";
import { deriveSigningKeys, type SigningKeys } from "../security/signing-keys.ts";
import type { SigningKeySeeds } from "../settings/signing-key-seeds.ts";

declare module "fastify" {
  interface FastifyInstance {
    accessTokens: AccessTokens;
    signingKeys: SigningKeys;
    passwords: Passwords;
    /** Hook: refuses requests without a valid access token. Accepted ones have a caller. */
    authenticate: preHandlerAsyncHookHandler;
    /** Hook after `authenticate`: refuses an ended session, where none of the route's statements does. */
    requireLiveSession: preHandlerAsyncHookHandler;
  }
  interface FastifyRequest {
    verifiedCaller: Caller | null;
  }
}

const bearer = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;
const longestHeader = 4_096;

/** Access tokens, and the hooks that ask for one. */
export const authentication = fastifyPlugin<{ seeds: SigningKeySeeds }>(
  async (app, { seeds }) => {
    const signingKeys = await deriveSigningKeys(seeds);
    const accessTokens = new AccessTokens(signingKeys);
    app.decorate("signingKeys", signingKeys);
    app.decorate("accessTokens", accessTokens);
    app.decorate("passwords", new Passwords());
    app.decorateRequest("verifiedCaller", null);

    app.decorate("authenticate", async (request) => {
      const header = request.headers.authorization ?? "";
      const token = header.length <= longestHeader ? bearer.exec(header)?.[1] : undefined;
      if (token === undefined) throw unauthorized("This needs an access token: authorization: Bearer …");
      const caller = await accessTokens.verify(token);
      if (caller === undefined) throw unauthorized("The access token is not valid or has expired.");
      request.verifiedCaller = caller;
    });

    app.decorate("requireLiveSession", async (request) => {
      const caller = callerOf(request);
      if (!(await app.database.read((database) => sessionLives(database, caller)))) throw sessionEnded();
    });
  },
  { name: "authentication", dependencies: ["database"] },
);

/** The caller, on a route that has the hook `authenticate`. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.verifiedCaller === null) throw new Error("The route does not authenticate.");
  return request.verifiedCaller;
}

export const sessionEnded = () => unauthorized("The session has ended.");
