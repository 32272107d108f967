import { ask } from "./api.ts";
import type { Tokens } from "./api-types.ts";
import { element } from "./elements.ts";
import { onSubmit, showProblem, type Values } from "./forms.ts";
import { during } from "./notices.ts";
import { newKey } from "./request.ts";
import { startSession } from "./session.ts";
import { leaveFor } from "./views.ts";

/** Starts signing up and logging in. */
export function startEntrance(): void {
  onSubmit(element("sign-up", HTMLFormElement), async (values) => {
    const json = { handle: values("handle"), email: values("email"), password: values("password") };
    await during("Signing up…", ask("POST /api/v1/users", { json, key: newKey() }));
    await logIn(values, `Welcome, @${values("handle").toLowerCase()}.`).catch((error: unknown) => {
      logInLater(values, error);
    });
  });
  onSubmit(element("log-in", HTMLFormElement), (values) => logIn(values, ""));
}

/** The account is there: to sign up again would only say that its handle is taken. */
function logInLater(values: Values, error: unknown): void {
  for (const name of ["handle", "password"]) element(`log-in-${name}`, HTMLInputElement).value = values(name);
  location.hash = "log-in";
  showProblem(element("log-in", HTMLFormElement), error);
}

async function logIn(values: Values, welcome: string): Promise<void> {
  const json = { handle: values("handle"), password: values("password") };
  const tokens = await during("Logging in…", ask<Tokens>("POST /api/v1/sessions", { json }));
  startSession(json.handle, tokens);
  leaveFor("posts", welcome);
}
