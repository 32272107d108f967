import type { ObjectStore } from "../object-store.ts";
import type { OwnProfile, Profile } from "../repositories/accounts.ts";
import type { Post } from "../repositories/posts.ts";
import type { ShownSession } from "../repositories/sessions.ts";
import type { Caller } from "../security/access-tokens.ts";

/** A post as the API shows it. */
export function showPost({ id, body, createdAt }: Post) {
  return { id, body, createdAt: createdAt.toISOString() };
}

/** An account as the API shows it to anyone. */
export function showProfile(profile: Profile, store: ObjectStore) {
  const { id, handle, displayName, bio, avatarKey, createdAt } = profile;
  const avatarUrl = avatarKey === null ? null : store.publicUrl(avatarKey);
  return { id, handle, displayName, bio, avatarUrl, createdAt: createdAt.toISOString() };
}

/** An account as the API shows it to its owner. */
export function showOwnProfile(profile: OwnProfile, store: ObjectStore) {
  return { ...showProfile(profile, store), email: profile.email };
}

/** A session as the API shows it to its owner. */
export function showSession(session: ShownSession, caller: Caller) {
  const { id, createdAt, lastUsedAt, userAgent, address } = session;
  return {
    id,
    current: id === caller.sessionId,
    createdAt: createdAt.toISOString(),
    lastUsedAt: (lastUsedAt ?? createdAt).toISOString(),
    userAgent,
    address,
  };
}
