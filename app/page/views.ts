import { element } from "./elements.ts";
import { keep, kept } from "./kept.ts";
import { say } from "./notices.ts";

const views = [...document.querySelectorAll<HTMLElement>("[data-view]")];
const sentenceToSay = "capstone.sentence";

/**
 * Shows the view that the address names, one at a time, the first where it names none of these.
 * @param onShown Called with the name of the view.
 */
export function startViews(names: readonly string[], onShown: (name: string) => void): void {
  const show = (focus: boolean) => {
    const asked = location.hash.slice(1);
    if (asked === "main") return;
    const name = names.find((each) => each === asked) ?? names[0] ?? "";
    for (const view of views) view.hidden = view.dataset.view !== name;
    for (const link of document.querySelectorAll<HTMLAnchorElement>("nav a"))
      link.ariaCurrent = link.hash === `#${name}` ? "page" : null;
    const title = views.find((view) => !view.hidden)?.querySelector("h1");
    document.title = name === "welcome" ? "Capstone" : `${title?.textContent ?? ""} – Capstone`;
    // A screen reader goes on from here, as it does with a new page.
    if (focus) title?.focus();
    onShown(name);
  };
  addEventListener("hashchange", () => show(true));
  show(false);

  const sentence = kept<string>(sentenceToSay);
  keep(sentenceToSay, undefined);
  if (sentence) say(sentence);
}

/** Begins anew at a view: nothing of who was here before is left in the page. @param sentence Said there. */
export function leaveFor(view: string, sentence: string): void {
  keep(sentenceToSay, sentence || undefined);
  element("main", HTMLElement).inert = true;
  history.replaceState(null, "", `/#${view}`);
  location.reload();
}
