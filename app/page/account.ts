import { askAsMe } from "./api.ts";
import { confirmed } from "./confirm.ts";
import { element } from "./elements.ts";
import { onPress, onSubmit } from "./forms.ts";
import { during } from "./notices.ts";
import { newKey } from "./request.ts";
import { showSessions } from "./sessions.ts";

/** Starts the view of the account. @param onDeleted Called when the account is gone. */
export function startAccount(handle: string, onDeleted: () => void): void {
  // So that a password manager knows whose password it is.
  for (const field of document.querySelectorAll("input[name=username]")) field.setAttribute("value", handle);

  onSubmit(element("password", HTMLFormElement), async (values) => {
    const json = { currentPassword: values("currentPassword"), newPassword: values("newPassword") };
    const change = askAsMe("PUT /api/v1/me/password", { json, key: newKey() }).then(showSessions);
    await during("Saving…", change, "Your password is changed.");
    for (const name of ["password-current", "password-new"]) element(name, HTMLInputElement).value = "";
  });

  onPress(element("export", HTMLButtonElement), element("export-problem", HTMLElement), async () => {
    const everything = await during("Gathering everything…", askAsMe("GET /api/v1/me/export"), "Exported.");
    download(new Blob([JSON.stringify(everything, null, 2)], { type: "application/json" }), `${handle}.json`);
  });

  const deletion = element("delete-account", HTMLFormElement);
  onSubmit(deletion, async (values) => {
    const question = `Delete @${handle} with all posts and the picture? Nobody can bring them back.`;
    if (!(await confirmed(question, "Delete my account"))) return;
    const json = { password: values("password") };
    await during("Deleting…", askAsMe("DELETE /api/v1/me", { json, key: newKey() }));
    onDeleted();
  });
}

function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
