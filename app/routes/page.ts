import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { handleInAddress } from "../handles.ts";
import { filesPath, makePage, nameOf, type Page } from "../page-files.ts";
import { revalidated } from "../plugins/revalidation.ts";
import { notFound } from "../problem.ts";

const year = 31_536_000;

/** The service's own page. It uses the API as anybody else does. */
export const pageRoutes: FastifyPluginAsyncTypebox<{ assetsUrl: string }> = async (app, { assetsUrl }) => {
  const contentSecurityPolicy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' ${new URL(assetsUrl).origin}`,
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    // Nothing turns a text into HTML or a script: the page keeps tokens.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");

  let made: Promise<Page> | undefined;
  /** Made when it is first asked for, so that a node starts no later for it. */
  const page = () => {
    made ??= makePage().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };

  app.get("/", { config: revalidated, schema: { hide: true } }, async (_request, reply) =>
    reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", contentSecurityPolicy)
      .header("referrer-policy", "no-referrer")
      .send((await page()).html),
  );

  app.get(
    `${filesPath}:address`,
    {
      config: { cacheControl: `public, max-age=${year}, immutable` },
      schema: { hide: true, params: Type.Object({ address: Type.String() }) },
    },
    async (request, reply) => {
      const { address } = request.params;
      const file = (await page()).files.get(nameOf(address));
      if (file === undefined) throw notFound("such file");
      // While a release rolls out, the HTML may be another node's. What is nearest to what it asks for is this node's
      // own file, which nobody may keep.
      if (file.address !== address) reply.code(203);
      return reply.type(file.mediaType).send(file.text);
    },
  );

  // For the form that finds somebody's page: it has no script to make the address with.
  app.get(
    "/u",
    { schema: { hide: true, querystring: Type.Object({ handle: Type.String({ maxLength: 100 }) }) } },
    async (request, reply) => {
      const handle = handleInAddress(request.query.handle.trim().replace(/^@/, ""));
      if (handle === undefined) throw notFound("such user");
      return reply.redirect(`/u/${handle}`, 303);
    },
  );
};
