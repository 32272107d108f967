import { askAsMe } from "./api.ts";
import type { ShownSession } from "./api-types.ts";
import { deviceOf } from "./device.ts";
import { copyOf, element, part, readable } from "./elements.ts";
import { onPress } from "./forms.ts";
import { during } from "./notices.ts";

const list = element("sessions", HTMLUListElement);
const endOthers = element("end-others", HTMLButtonElement);
const problem = element("sessions-problem", HTMLElement);

export function startSessions(): void {
  onPress(endOthers, problem, async () => {
    const ended = askAsMe("DELETE /api/v1/me/sessions").then(showSessions);
    await during("Ending…", ended, "All other sessions are ended.");
    element("sessions-title", HTMLElement).focus();
  });
}

/** Asks for the sessions that live, and shows them. */
export async function showSessions(): Promise<void> {
  const { items } = await during("Loading…", askAsMe<{ items: ShownSession[] }>("GET /api/v1/me/sessions"));
  list.replaceChildren(...items.map(sessionItem));
  endOthers.hidden = !items.some(({ current }) => !current);
}

function sessionItem(session: ShownSession): HTMLElement {
  const item = copyOf("session");
  const device = deviceOf(session.userAgent ?? "");
  part(item, "device", HTMLElement).textContent = device;
  const used = `last used ${readable(session.lastUsedAt)}`;
  part(item, "about", HTMLElement).textContent = [session.current ? "this one" : used, session.address ?? ""]
    .filter(Boolean)
    .join(" · ");
  const end = part(item, "end", HTMLButtonElement);
  end.hidden = session.current;
  end.ariaLabel = `End the session of ${device}, ${used}`;
  onPress(end, problem, async () => {
    const ended = askAsMe(`DELETE /api/v1/me/sessions/${session.id}`).then(showSessions);
    await during("Ending…", ended, "The session is ended.");
    element("sessions-title", HTMLElement).focus();
  });
  return item;
}
