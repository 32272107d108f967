import { ask } from "./api.ts";
import type { Post, PostPage } from "./api-types.ts";
import { element } from "./elements.ts";
import { sentenceOf } from "./forms.ts";
import { during, say } from "./notices.ts";
import { postItem } from "./post-item.ts";

/** How many posts are asked for at a time. */
const pageSize = 20;

export const list = element("post-list", HTMLOListElement);
const older = element("older", HTMLButtonElement);

/** Starts the list of the posts that are saved, page by page. */
export function startPostList(handle: string) {
  const shown = new Set<string>();
  const known = (post: Post) => {
    shown.add(post.id);
    return post;
  };
  const knows = ({ id }: Post) => shown.has(id);
  let cursor: string | null = null;

  const next = async (doing: string) => {
    const from = cursor === null ? "" : `&cursor=${cursor}`;
    const page = await during(
      doing,
      ask<PostPage>(`GET /api/v1/users/${handle}/posts?limit=${pageSize}${from}`),
    );
    const added = page.items.filter((post) => !knows(post)).map((post) => postItem(known(post)));
    list.append(...added);
    cursor = page.nextCursor;
    older.hidden = cursor === null;
    return added[0];
  };
  const failed = (error: unknown) => say(sentenceOf(error));

  older.addEventListener("click", async () => {
    const first = await next("Loading…").catch(failed);
    // What has come is read on from, also where the button is gone.
    if (first) first.tabIndex = -1;
    first?.focus();
  });
  new MutationObserver(() => {
    element("no-posts", HTMLElement).hidden = list.childElementCount > 0;
  }).observe(list, { childList: true });

  void next("Loading your posts…")
    .then(() => {
      element("no-posts", HTMLElement).hidden = list.childElementCount > 0;
    })
    .catch(failed);
  return { known, knows };
}
