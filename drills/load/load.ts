import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../random.ts";
import { Ledger } from "./ledger.ts";
import { User } from "./user.ts";

/** How often each thing is done, relative to the others. */
const weights = {
  readAccount: 16,
  readPosts: 14,
  readMe: 10,
  readPage: 8,
  fetchAvatar: 8,
  post: 28,
  changeProfile: 12,
  uploadAvatar: 2,
  refresh: 1,
  logOut: 0.5,
};
type ActionName = keyof typeof weights;
type Weights = Record<ActionName, number>;
const { readAccount, readPosts, readMe, readPage, fetchAvatar } = weights;
const readWeights: Weights = {
  ...{ readAccount, readPosts, readMe, readPage, fetchAvatar },
  ...{ post: 0, changeProfile: 0, uploadAvatar: 0, refresh: 0, logOut: 0 },
};

export interface LoadOptions {
  apiUrl: string;
  /** Part of this load's handles, to make them unique: lower-case letters and digits. */
  run: string;
  users: number;
  /** Users beside them who only read: whoever writes waits while writes are refused, and reads nothing meanwhile. */
  readers?: number;
  /** The average pause between two actions of one user. The load is fixed, not the most that is possible. */
  pauseMs: number;
  random: Random;
}

/** Users of the service, through its published port, until stopped. */
export class Load {
  readonly ledger = new Ledger();
  private readonly options: LoadOptions;
  private readonly users: User[] = [];
  private stopped = false;
  private running: Promise<unknown> = Promise.resolve();
  private newcomers = 0;

  constructor(options: LoadOptions) {
    this.options = options;
  }

  /** The prefix of all handles of this load. */
  get handlePrefix(): string {
    return `drill-${this.options.run}-`;
  }

  /** Everyone signs up and starts. Rejects when nobody can. */
  async start(): Promise<void> {
    const { users, readers = 0, random } = this.options;
    for (let count = 0; count < users + readers; count++) this.users.push(this.newUser(random.fork()));
    await Promise.all(this.users.map((user) => arrive(user)));
    await Promise.all(this.users.slice(users).map((reader) => reader.uploadAvatar()));
    const using = this.users.map((user, index) => this.use(user, index < users ? weights : readWeights));
    this.running = Promise.all([...using, this.newcomersArrive()]);
  }

  /** Lets everyone finish what they are doing. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
    await Promise.all(this.users.map((user) => user.close()));
  }

  private newUser(random: Random): User {
    const handle = `${this.handlePrefix}${this.newcomers++}`;
    return new User(this.options.apiUrl, handle, this.ledger, random);
  }

  private async use(user: User, chosen: Weights): Promise<void> {
    const random = this.options.random.fork();
    while (!this.stopped) {
      const action = random.weighted(chosen);
      await user[action]();
      await sleep(this.options.pauseMs * (0.5 + random.next()));
    }
  }

  /** Someone new every other second: a sign-up costs a password hash. */
  private async newcomersArrive(): Promise<void> {
    while (!this.stopped) {
      await sleep(2_000, undefined, { ref: false });
      if (this.stopped) return;
      const user = this.newUser(this.options.random.fork());
      await arrive(user);
      await user.close();
    }
  }
}

async function arrive(user: User): Promise<void> {
  await user.signUp();
  await user.logIn();
}
