// What of the API's answers the page reads; /openapi.json describes them.

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** Seconds until the access token expires. */
  expiresIn: number;
}

export interface Profile {
  handle: string;
  email: string;
  displayName: string;
  bio: string;
  avatarUrl: string | null;
}

export interface Post {
  id: string;
  body: string;
  createdAt: string;
}

export interface PostPage {
  items: Post[];
  nextCursor: string | null;
}

export interface ShownSession {
  id: string;
  current: boolean;
  lastUsedAt: string;
  userAgent: string | null;
  address: string | null;
}
