import { confirmed } from "./confirm.ts";
import { insist, Refusal } from "./insist.ts";
import { during } from "./notices.ts";
import { forgetUnsaved, hasUnsaved } from "./posts.ts";
import { attemptOf } from "./request.ts";
import { accessToken, forgetSession } from "./session.ts";
import { leaveFor } from "./views.ts";

/** How long the service may take. Whoever logs out may be about to leave a machine to others. */
const patienceMs = 8_000;

const done = "You are logged out.";
const doneHere =
  "You are logged out here, but the service could not be told: your session lives on there until it expires. " +
  "To end it sooner, log in anywhere and end it under Account.";

/** Ends the session, and forgets what this browser has of it: also where the service does not answer. */
export async function logOut(handle: string): Promise<void> {
  const question = "You have written something that is not saved. It is deleted here when you log out.";
  if (hasUnsaved(handle) && !(await confirmed(question, "Log out"))) return;
  const told = await during("Logging out…", Promise.race([endSession(), late()]));
  forgetUnsaved(handle);
  forgetSession();
  leaveFor("welcome", told ? done : doneHere);
}

/** @returns Whether the service has ended the session. */
async function endSession(): Promise<boolean> {
  try {
    const token = await accessToken();
    await insist(attemptOf("DELETE /api/v1/sessions", { token }));
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // Not authorized: the session had ended already.
    return error.status === 401;
  }
}

const late = () => new Promise<boolean>((resolve) => setTimeout(resolve, patienceMs, false));
