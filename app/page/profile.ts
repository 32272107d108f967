import { askAsMe } from "./api.ts";
import type { Profile } from "./api-types.ts";
import { element, showEverywhere } from "./elements.ts";
import { onPress, onSubmit } from "./forms.ts";
import { during } from "./notices.ts";
import { newKey } from "./request.ts";

const form = element("profile", HTMLFormElement);
const picture = element("avatar", HTMLImageElement);
const initial = element("initial", HTMLElement);
const remove = element("avatar-remove", HTMLButtonElement);

/** Starts the view of the own profile. */
export function startProfile(profile: Profile): void {
  let { displayName, handle } = profile;
  form.inert = false;
  field("displayName").value = displayName;
  field("bio").value = profile.bio;
  showEverywhere("handle", `@${handle}`);
  showEverywhere("email", profile.email);
  showAvatar(profile.avatarUrl, displayName || handle);

  onSubmit(form, async (values) => {
    const json = { displayName: values("displayName").trim(), bio: values("bio") };
    const change = askAsMe<Profile>("PATCH /api/v1/me", { json, key: newKey() });
    ({ displayName, handle } = await during("Saving…", change, "Your profile is saved."));
  });

  onPress(remove, element("avatar-problem", HTMLElement), async () => {
    await during(
      "Removing…",
      askAsMe("DELETE /api/v1/me/avatar", { key: newKey() }),
      "The picture is removed.",
    );
    showAvatar(null, displayName || handle);
    element("avatar-file", HTMLElement).focus();
  });
}

/** Shows the picture, or the first letter of the name where there is none. */
export function showAvatar(url: string | null, name = initial.textContent ?? ""): void {
  if (url !== null) picture.src = url;
  picture.hidden = url === null;
  initial.hidden = url !== null;
  initial.textContent = [...name][0]?.toUpperCase() ?? "";
  remove.hidden = url === null;
}

const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement | HTMLTextAreaElement;
