import { Ledger } from "../load/ledger.ts";
import { User } from "../load/user.ts";
import { Random } from "../random.ts";

const count = 60;
/** A page shows some of them. */
const postsEach = 20;

/**
 * People with something to show, for the bench to read and to post as.
 * @param handlePrefix All handles begin so.
 * @returns A line each: handle and access token.
 */
export async function makeAccounts(apiUrl: string, handlePrefix: string): Promise<string> {
  const random = new Random(1);
  const ledger = new Ledger();
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
  return `${lines}\n`;
}
