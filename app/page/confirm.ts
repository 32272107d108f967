import { element } from "./elements.ts";

/** Asks before something that cannot be taken back. @returns Whether to go on. */
export function confirmed(question: string, yes: string): Promise<boolean> {
  const dialog = element("confirm", HTMLDialogElement);
  element("confirm-question", HTMLElement).textContent = question;
  const button = dialog.querySelector("button[value=yes]");
  if (button) button.textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
