import { randomBytes } from "node:crypto";
import { Ledger } from "../load/ledger.ts";
import { User } from "../load/user.ts";
import { Random } from "../random.ts";

const count = 60;
/** A page shows some of them. */
const postsEach = 20;

export interface BenchAccounts {
  /** All handles begin so. */
  handlePrefix: string;
  /** A line each: handle and access token. */
  lines: string;
}

/** People with something to show, for the bench to read and to post as. */
export async function makeAccounts(apiUrl: string): Promise<BenchAccounts> {
  const random = new Random(1);
  const ledger = new Ledger();
  const handlePrefix = `drill-${randomBytes(4).toString("hex")}-`;
  const users = Array.from(
    { length: count },
    (_, index) => new User(apiUrl, `${handlePrefix}${index}`, ledger, random.fork()),
  );
  for (const user of users) {
    await user.signUp();
    await user.logIn();
    for (let posts = 0; posts < postsEach; posts++) await user.post();
    await user.close();
  }
  const lines = users.map(({ memory }) => `${memory.handle} ${memory.accessToken}`).join("\n");
  return { handlePrefix, lines: `${lines}\n` };
}
