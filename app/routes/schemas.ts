import { Format, type TProperties, type TSchema, Type } from "@fastify/type-provider-typebox";

// Refuses what Postgres cannot store, or would change: a NUL, half of a surrogate pair.
const isWellFormed = (value: string) => value.isWellFormed() && !value.includes("\0");
Format.Set("well-formed-text", isWellFormed);

// Something must be seen: spaces, controls, and what has no width or no ink of its own are not.
const isVisible = (value: string) => /[^\s\p{C}\p{Z}\p{M}\p{DI}\u2800\ufffc\u{1d159}]/u.test(value);
Format.Set("visible-text", (value) => isWellFormed(value) && isVisible(value));

// A name in one line, in which nothing is hidden and nothing turns the direction of what follows. What some scripts and
// emoji are written with is left: joiners behind a letter that is not Latin, variation selectors, the tags of a flag.
const hidden = [
  /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2800\ufffc\u{1d159}]/u,
  /(?!\u200c|\u200d|[\ufe00-\ufe0f])\p{DI}/u,
  /(?:^|[\0-\u024f])(?:\u200c|\u200d)/u,
];
const flag = /\u{1f3f4}[\u{e0061}-\u{e007a}]{1,6}\u{e007f}/gu;
const isName = (value: string) =>
  isVisible(value) && !hidden.some((pattern) => pattern.test(value.replace(flag, "")));
Format.Set("name", (value) => isWellFormed(value) && (value === "" || isName(value)));

/** Text as people write it. */
const text = (options: { minLength?: number; maxLength: number; description?: string; format?: string }) =>
  Type.String({ format: "well-formed-text", ...options });

/** A body with these members and no others: better to refuse a misspelt one than to ignore it. */
export const body = <T extends TProperties>(members: T, options: { minProperties?: number } = {}) =>
  Type.Object(members, { ...options, additionalProperties: false });

export const handle = Type.String({
  pattern: "^[A-Za-z0-9_-]{3,40}$",
  description: "3 to 40 of a-z, 0-9, _ and -. Upper case is folded: Ada and ada are one handle.",
});
export const email = Type.String({
  maxLength: 254,
  pattern: "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})+$",
});
export const password = text({ minLength: 8, maxLength: 200 });
/** One that is asked for and not chosen. */
export const anyPassword = text({ minLength: 1, maxLength: 200 });
export const displayName = text({ maxLength: 80, format: "name" });
export const bio = text({ maxLength: 1_000 });
export const postBody = text({ minLength: 1, maxLength: 5_000, format: "visible-text" });
export const postId = Type.Object({ id: Type.String({ format: "uuid" }) });

/** Two types in one keyword: a union would be slow to serialise. */
export const nullableString = Type.Unsafe<string | null>({ type: ["string", "null"] });

const dateTime = Type.String({ format: "date-time" });

export const postView = Type.Object({
  id: Type.String({ format: "uuid" }),
  body: Type.String(),
  createdAt: dateTime,
});

/** A post at its own address. */
export const singlePostView = Type.Object({ ...postView.properties, handle: Type.String() });

export const profileView = Type.Object({
  id: Type.String({ format: "uuid" }),
  handle: Type.String(),
  displayName: Type.String(),
  bio: Type.String(),
  avatarUrl: nullableString,
  createdAt: dateTime,
});

export const ownProfileView = Type.Object({ ...profileView.properties, email: Type.String() });

/** One of the account's sessions, as its owner sees it. */
export const shownSessionView = Type.Object({
  id: Type.String({ format: "uuid" }),
  current: Type.Boolean({ description: "Whether it is the one that asks." }),
  createdAt: dateTime,
  lastUsedAt: Type.String({ format: "date-time", description: "To a quarter of an hour." }),
  userAgent: nullableString,
  address: nullableString,
});

/** What an export is. */
export const exportView = Type.Object({
  account: ownProfileView,
  sessions: Type.Array(shownSessionView),
  posts: Type.Array(postView),
});

export const sessionView = Type.Object({
  accessToken: Type.String(),
  refreshToken: Type.String(),
  expiresIn: Type.Integer({ description: "Seconds until the access token expires." }),
});

/** Every error looks like this. */
export const problemView = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  requestId: Type.String(),
  errors: Type.Optional(Type.Array(Type.Object({ at: Type.String(), detail: Type.String() }))),
});
const problemAnswer = {
  description: "A problem document",
  content: { "application/problem+json": { schema: problemView } },
};

/** The answers of a route: this one, or a problem. */
export const answers = <Status extends number, Schema extends TSchema>(status: Status, schema: Schema) =>
  ({ [status]: schema, "4xx": problemAnswer, "5xx": problemAnswer }) as { [status in Status]: Schema };

export const bearer = [{ accessToken: [] }];

export const idempotencyKey = Type.Object({
  "idempotency-key": Type.Optional(
    Type.String({
      pattern: "^[\\x21-\\x7e]{1,255}$",
      description:
        "1 to 255 visible ASCII characters. The same key with the same request gets the same answer.",
    }),
  ),
});
