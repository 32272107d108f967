import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import type { FastifyError, FastifyReply } from "fastify";
import { cursorOf, positionAt } from "../cursor.ts";
import { handleInAddress } from "../handles.ts";
import { Html, html } from "../html.ts";
import type { ObjectStore } from "../object-store.ts";
import { smallKey } from "../pictures/picture.ts";
import { toProblem } from "../plugins/problems.ts";
import { revalidated } from "../plugins/revalidation.ts";
import { notFound, type Problem } from "../problem.ts";
import { findProfileWithPosts, type ProfileWithPosts } from "../repositories/posts.ts";

const style = ["../page/colours.css", "user-page.css"]
  .map((file) => readFileSync(new URL(file, import.meta.url), "utf8"))
  .join("");
const styleHash = createHash("sha256").update(style).digest("base64");

/** How many posts the page shows; the API has the rest. */
const postsShown = 50;

/** A user's page for people. It needs no script, so none can run. */
export const userPageRoutes: FastifyPluginAsyncTypebox<{ assetsUrl: string }> = async (
  app,
  { assetsUrl },
) => {
  const contentSecurityPolicy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `img-src ${new URL(assetsUrl).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

  const send = (reply: FastifyReply, title: string, content: Html) =>
    reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", contentSecurityPolicy)
      .header("referrer-policy", "no-referrer")
      .serializer((text: string) => text)
      .send(page(title, content));

  app.setErrorHandler<FastifyError | Problem>((error, request, reply) => {
    const problem = toProblem(error);
    if (problem.statusCode >= 500) request.log.warn({ err: error }, "no page");
    if (problem.retryAfterSeconds !== undefined) reply.header("retry-after", problem.retryAfterSeconds);
    reply.code(problem.statusCode);
    return send(reply, problem.title, html`<h1>${problem.title}</h1><p>${problem.message}</p>`);
  });

  app.get(
    "/u/:handle",
    {
      config: revalidated,
      schema: {
        hide: true,
        params: Type.Object({ handle: Type.String() }),
        querystring: Type.Object({ older: Type.Optional(Type.String({ maxLength: 64 })) }),
      },
    },
    async (request, reply) => {
      const handle = handleInAddress(request.params.handle);
      if (handle === undefined) throw notFound("such user");
      const { older } = request.query;
      const after = older === undefined ? undefined : positionAt(older);
      // One more than is shown tells whether there are older ones.
      const part = { limit: postsShown + 1, after };
      const shown = await app.database.read((database) => findProfileWithPosts(database, handle, part));
      if (!shown) throw notFound("such user");
      const name = shown.displayName || shown.handle;
      return send(reply, `${name} (@${shown.handle})`, userPage(shown, app.objectStore));
    },
  );
};

function page(title: string, content: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<nav class="home" aria-label="Service"><a href="/">Capstone</a></nav>
<main>
${content}
</main>
</body>
</html>
`.text;
}

function userPage(shown: ProfileWithPosts, store: ObjectStore): Html {
  const posts = shown.posts.slice(0, postsShown);
  const last = shown.posts.length > postsShown ? posts.at(-1) : undefined;
  const name = shown.displayName || shown.handle;
  return html`<div class="person">
${avatar(shown, name, store)}
<div><h1>${name}</h1><div class="handle">@${shown.handle}</div></div>
</div>
${shown.bio ? html`<p class="bio">${shown.bio}</p>` : undefined}
${posts.length === 0 ? html`<p class="empty">No posts yet.</p>` : html`<ol>${posts.map(post)}</ol>`}
${last ? html`<nav aria-label="Posts"><a rel="next" href="/u/${shown.handle}?older=${cursorOf(last)}">Older</a></nav>` : undefined}`;
}

function avatar({ avatarKey }: ProfileWithPosts, name: string, store: ObjectStore): Html {
  return avatarKey === null
    ? html`<div class="avatar initial" aria-hidden="true">${[...name][0]?.toUpperCase()}</div>`
    : html`<img class="avatar" src="${store.publicUrl(pageKey(avatarKey))}" alt="" width="80" height="80">`;
}

/** The small picture; those of earlier releases and of imports have one size. */
function pageKey(avatarKey: string): string {
  return /\/[0-9a-f]{16}-[0-9a-f]{64}\.webp$/.test(avatarKey) ? smallKey(avatarKey) : avatarKey;
}

function post({ body, createdAt }: ProfileWithPosts["posts"][number]): Html {
  const moment = createdAt.toISOString();
  return html`<li><p class="post">${body}</p><time datetime="${moment}">${readable(moment)}</time></li>`;
}

/** 2026-11-23 16:04 UTC */
function readable(moment: string): string {
  return `${moment.slice(0, 10)} ${moment.slice(11, 16)} UTC`;
}
