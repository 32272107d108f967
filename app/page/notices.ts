import { element } from "./elements.ts";

/** How long what was done is said, in milliseconds. */
const shownMs = 10_000;

const status = element("status", HTMLElement);
/** What goes on, the latest last. */
const going: string[] = [];
let fading: ReturnType<typeof setTimeout> | undefined;

/** Says something in passing; a screen reader reads it when it has nothing better to do. */
export function say(text: string): void {
  show(text);
  fading = setTimeout(() => show(going.at(-1) ?? ""), shownMs);
}

/**
 * Says what goes on while it does.
 * @param doing As in "Saving…"
 * @param done What is said when it is done; nothing where it was refused, since whoever asked says why.
 */
export async function during<T>(doing: string, work: Promise<T>, done = ""): Promise<T> {
  going.push(doing);
  show(doing);
  try {
    const result = await work;
    if (done) say(done);
    return result;
  } finally {
    going.splice(going.indexOf(doing), 1);
    // What was said meanwhile stays.
    if (status.textContent?.startsWith(doing)) show(going.at(-1) ?? "");
  }
}

/** Says that there is no answer, and that this does not matter. */
export function nobodyAnswers(): void {
  const doing = going.at(-1) ?? "Connecting…";
  show(`${doing} No answer yet; asking again by itself. Nothing is lost.`);
}

function show(text: string): void {
  clearTimeout(fading);
  if (status.textContent !== text) status.textContent = text;
}
