import { askAsMe } from "./api.ts";
import type { Post } from "./api-types.ts";
import { confirmed } from "./confirm.ts";
import { copyOf, element, part, showTime } from "./elements.ts";
import { onPress, onSubmit } from "./forms.ts";
import { Refusal } from "./insist.ts";
import { during, say } from "./notices.ts";
import { newKey } from "./request.ts";

/** A post on its way: what it says, and that it is being saved. */
export function pendingItem(body: string): HTMLElement {
  const item = copyOf("post");
  item.classList.add("pending");
  part(item, "body", HTMLElement).textContent = body;
  part(item, "state", HTMLElement).textContent = "saving…";
  for (const name of ["edit", "delete"]) part(item, name, HTMLButtonElement).hidden = true;
  return item;
}

/** One of the own posts, with what its author does with it. */
export function postItem(post: Post): HTMLElement {
  const item = copyOf("post");
  showTime(part(item, "time", HTMLTimeElement), post.createdAt);
  const edit = part(item, "edit", HTMLButtonElement);
  const remove = part(item, "delete", HTMLButtonElement);
  const body = part(item, "body", HTMLElement);
  const form = part(item, "form", HTMLFormElement);
  const text = form.elements.namedItem("body") as HTMLTextAreaElement;
  let shown = post.body;

  const show = (said: string) => {
    shown = said;
    body.textContent = said;
    // Which one is said for whoever does not see it beside its post.
    const beginning = said.length > 40 ? `${said.slice(0, 40)}…` : said;
    edit.ariaLabel = `Edit: ${beginning}`;
    remove.ariaLabel = `Delete: ${beginning}`;
  };
  show(post.body);

  const editing = (on: boolean) => {
    form.hidden = !on;
    body.hidden = on;
    if (on) text.value = shown;
    (on ? text : edit).focus();
  };
  edit.addEventListener("click", () => editing(true));
  part(form, "cancel", HTMLButtonElement).addEventListener("click", () => editing(false));
  form.addEventListener("keydown", ({ key }) => key === "Escape" && editing(false));

  onSubmit(form, async () => {
    const change = askAsMe<Post>(`PATCH /api/v1/me/posts/${post.id}`, {
      json: { body: text.value },
      key: newKey(),
    });
    show((await during("Saving…", change, "Saved.")).body);
    editing(false);
  });

  onPress(remove, part(item, "state", HTMLElement), async () => {
    if (!(await confirmed("Delete this post? It cannot be brought back.", "Delete"))) return;
    const deletion = askAsMe(`DELETE /api/v1/me/posts/${post.id}`, { key: newKey() }).catch((error) => {
      // Another tab was faster.
      if (!(error instanceof Refusal) || error.status !== 404) throw error;
    });
    await during("Deleting…", deletion);
    item.remove();
    element("posts-title", HTMLElement).focus();
    say("The post is deleted.");
  });
  return item;
}
