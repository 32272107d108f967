import { element } from "./elements.ts";
import { onSubmit, showProblem } from "./forms.ts";
import { Refusal } from "./insist.ts";
import { keep, kept } from "./kept.ts";
import { during, say } from "./notices.ts";
import { Outbox, outboxOf, type Pending } from "./outbox.ts";
import { pendingItem, postItem } from "./post-item.ts";
import { list, startPostList } from "./post-list.ts";

const form = element("compose", HTMLFormElement);
const text = element("compose-body", HTMLTextAreaElement);

/** What was written and not sent; it outlives a reload and a session that ends. */
const draftOf = (handle: string) => `capstone.draft.${handle}`;

/** Starts the view of the own posts. */
export function startPosts(handle: string): void {
  const items = new Map<string, HTMLElement>();
  const posts = startPostList(handle);
  const draft = draftOf(handle);

  const setDraft = (written: string) => {
    text.value = written;
    keep(draft, written || undefined);
  };
  const outbox = new Outbox(handle, {
    onSaved: ({ key }, post) => {
      const item = items.get(key);
      items.delete(key);
      // The first page may have come after the post.
      if (!posts.knows(post)) item?.before(postItem(posts.known(post)));
      item?.remove();
      say("Your post is saved.");
    },
    onRefused: ({ key, body }, refusal) => {
      items.get(key)?.remove();
      setDraft([body, text.value].filter(Boolean).join("\n\n"));
      showProblem(form, refusal);
    },
    onAnsweredElsewhere: (waiting) => {
      for (const [key, item] of items) {
        if (waiting.some((each) => each.key === key)) continue;
        items.delete(key);
        item.remove();
      }
    },
  });
  const show = ({ key, body }: Pending) => {
    const item = pendingItem(body);
    items.set(key, item);
    list.prepend(item);
  };
  const send = () => during("Saving…", outbox.send()).catch(ignoreEndedSession);

  const { pending, tooOld } = outbox.takeUp();
  setDraft([...tooOld, kept<string>(draft) ?? ""].filter(Boolean).join("\n\n"));
  text.addEventListener("input", () => keep(draft, text.value || undefined));
  pending.forEach(show);
  if (pending.length > 0) void send();

  onSubmit(form, async () => {
    if (text.value.trim() === "") return;
    show(outbox.add(text.value));
    setDraft("");
    void send();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}

/** Whether something was written that is not saved. */
export const hasUnsaved = (handle: string): boolean =>
  [draftOf(handle), outboxOf(handle)].some((name) => kept(name) !== undefined);

/** Forgets what this browser has of the account's writing. */
export function forgetUnsaved(handle: string): void {
  for (const name of [draftOf(handle), outboxOf(handle)]) keep(name, undefined);
}

function ignoreEndedSession(error: unknown): void {
  if (!(error instanceof Refusal) || error.status !== 401) throw error;
}
