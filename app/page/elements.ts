/** The element of this id. @throws Error where the page's HTML has none. */
export function element<T extends Element>(id: string, kind: new () => T): T {
  return checked(document.getElementById(id), kind, id);
}

/** The part of an element that `data-part` names. */
export function part<T extends Element>(of: Element, name: string, kind: new () => T): T {
  return checked(of.querySelector(`[data-part="${name}"]`), kind, name);
}

/** A copy of what the template of this id has. */
export function copyOf(template: string): HTMLElement {
  const content = element(template, HTMLTemplateElement).content.cloneNode(true) as DocumentFragment;
  return checked(content.firstElementChild, HTMLElement, template);
}

/** Writes a text wherever the page shows this, as in `<span data-handle>`. */
export function showEverywhere(name: string, text: string): void {
  for (const place of document.querySelectorAll(`[data-${name}]`)) place.textContent = text;
}

export function showTime(time: HTMLTimeElement, moment: string): void {
  time.dateTime = moment;
  time.textContent = readable(moment);
}

const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export const readable = (moment: string) => format.format(new Date(moment));

function checked<T extends Element>(found: Element | null, kind: new () => T, name: string): T {
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} ${name}.`);
}
