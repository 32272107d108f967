import { startAccount } from "./account.ts";
import { askAsMe } from "./api.ts";
import type { Profile } from "./api-types.ts";
import { startAvatar } from "./avatar.ts";
import { element } from "./elements.ts";
import { startEntrance } from "./entrance.ts";
import { sentenceOf } from "./forms.ts";
import { logOut } from "./log-out.ts";
import { say } from "./notices.ts";
import { forgetUnsaved, startPosts } from "./posts.ts";
import { startProfile } from "./profile.ts";
import { forgetSession, ownHandle, whenSessionEnds } from "./session.ts";
import { showSessions, startSessions } from "./sessions.ts";
import { leaveFor, startViews } from "./views.ts";

for (const each of document.querySelectorAll<HTMLElement>("[data-needs-script]")) each.hidden = false;

// A page that "back" brings again may be somebody else's by now.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});

if (ownHandle === undefined) {
  startViews(["welcome", "sign-up", "log-in"], () => {});
  startEntrance();
} else {
  startOwn(ownHandle);
}

function startOwn(handle: string): void {
  whenSessionEnds(() =>
    leaveFor("log-in", "Your session has ended. Log in again; what you wrote is still here."),
  );
  element("navigation", HTMLElement).hidden = false;
  for (const link of document.querySelectorAll<HTMLAnchorElement>("[data-own-page]"))
    link.href = `/u/${handle}`;
  const failed = (error: unknown) => say(sentenceOf(error));

  startViews(["posts", "profile", "account"], (view) => {
    if (view === "account") showSessions().catch(failed);
  });
  startPosts(handle);
  startAvatar();
  startSessions();
  startAccount(handle, () => {
    forgetUnsaved(handle);
    forgetSession();
    leaveFor("welcome", "Your account is deleted.");
  });
  askAsMe<Profile>("GET /api/v1/me").then(startProfile, failed);

  element("log-out", HTMLButtonElement).addEventListener("click", () => void logOut(handle));
}
