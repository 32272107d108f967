import { PersonError } from "../../infra/errors.ts";
import { applicationLogin } from "../../infra/topology.ts";
import { containersOf, execute, requirePrimary } from "../../running-stack/containers.ts";
import { configurationOf } from "../../running-stack/pulumi/project.ts";
import { readPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";
import { deployAgain } from "../deploy-again.ts";

/** A kind of secret: the config key with the generation in use, and how earlier generations are revoked. */
interface Rotation {
  key: string;
  retire: (stack: string, generation: number) => Promise<string>;
}

const databaseKey = "databasePasswordGeneration";

export const rotations: Record<string, Rotation> = {
  database: { key: databaseKey, retire: retireLogins },
  signing: {
    key: "signingKeyGeneration",
    retire: async () =>
      "signing: new sessions are signed with the new key; the previous one verifies until the next rotation",
  },
  "object-store": { key: "objectStoreKeyGeneration", retire: retireKeys },
  internal: {
    key: "internalPasswordGeneration",
    retire: async () =>
      "internal: the database's own roles and Patroni have new passwords; the previous ones no longer work",
  },
};

/**
 * Replaces secrets. Old and new both work while the nodes are replaced one by one, so no request fails; the old ones are
 * revoked once no node uses them.
 * @returns What was done, a line each.
 */
export async function rotate(stack: string, names: string[], say: (line: string) => void): Promise<string[]> {
  const chosen = names.map((name): [Rotation, number] => {
    const rotation = rotations[name] as Rotation;
    return [rotation, generationOf(stack, rotation.key) + 1];
  });
  if (names.includes("internal")) {
    say("deploying this release, so that the running nodes can take new passwords");
    await deployAgain(stack);
  }
  for (const [{ key }, generation] of chosen) {
    say(`${key} becomes ${generation}`);
    await readPulumi(["config", "set", `capstone:${key}`, String(generation), "--stack", stack]);
  }
  say("deploying: every node gets the new secrets, one after the other");
  await deployAgain(stack);
  const said: string[] = [];
  for (const [{ retire }, generation] of chosen) said.push(await retire(stack, generation));
  return said;
}

function generationOf(stack: string, key: string): number {
  return Number(configurationOf(stack)[`capstone:${key}`]);
}

/** Revokes logins that a restored database still has. */
export async function retireEarlierLogins(stack: string): Promise<void> {
  await retireLogins(stack, generationOf(stack, databaseKey));
}

/**
 * Revokes the logins of earlier passwords and ends their sessions; the first one's role stays, for its rights.
 * @returns What was done, for people.
 */
async function retireLogins(stack: string, generation: number): Promise<string> {
  const current = applicationLogin(generation);
  const earlier = `select rolname from pg_roles where rolname ~ '^capstone(_[0-9]+)?$' and rolname <> '${current}'`;
  const statement = `
    do $$ declare login name; begin
      for login in ${earlier} loop
        execute format('alter role %I nologin password null', login);
        perform pg_terminate_backend(pid) from pg_stat_activity where usename = login;
        if login <> 'capstone' then execute format('drop role %I', login); end if;
      end loop;
    end $$`;
  const psql = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--host=/run/postgresql"];
  const login = ["--username=postgres", "--dbname=capstone"];
  await execute(await requirePrimary(stack), [...psql, ...login, `--command=${statement}`]);
  return `database: the application logs in as ${current}; earlier logins no longer work`;
}

async function retireKeys(stack: string): Promise<string> {
  const node = (await containersOf(stack, "object-store")).find(({ running }) => running);
  if (!node) throw new PersonError(`No object store node of the stack ${stack} is running.`);
  const deleted = await execute(node.name, ["retire-keys"]);
  return `object-store: the service has a new key; ${deleted} earlier deleted`;
}
