import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { StackOutputs } from "../../running-stack/outputs.ts";
import { removeAccounts } from "../check/contents.ts";
import { Ledger } from "../load/ledger.ts";
import { User } from "../load/user.ts";
import { Random } from "../random.ts";
import { ApiClient } from "./api-client.ts";
import { History, type Outcome, type Request } from "./history.ts";
import { SqlClient } from "./sql-client.ts";

/** How many of each; a register is the bio of an account. */
const counts = { registers: 8, apiClients: 6, sqlClients: 6 };
const pauseMs = 80;

interface RegisterClient {
  ready(): Promise<boolean>;
  ask(register: string, request: Request): Promise<Outcome>;
  close(): void;
}

/** Clients who read and write the same few registers at once, through the API and through `databaseUrl`, until stopped. */
export class Registers {
  readonly history = new History();
  readonly prefix = `drill-${randomBytes(4).toString("hex")}-`;
  private readonly outputs: StackOutputs;
  private readonly random: Random;
  private owners: User[] = [];
  private clients: RegisterClient[] = [];
  private running: Promise<unknown> = Promise.resolve();
  private stopped = false;

  constructor(outputs: StackOutputs, seed: number) {
    this.outputs = outputs;
    this.random = new Random(seed);
  }

  async start(): Promise<void> {
    const { apiUrl, databaseUrl } = this.outputs;
    const ledger = new Ledger();
    this.owners = Array.from(
      { length: counts.registers },
      (_, number) => new User(apiUrl, `${this.prefix}${number}`, ledger, this.random.fork()),
    );
    for (const owner of this.owners) {
      await owner.signUp();
      await owner.logIn();
    }
    if (this.owners.some(({ memory }) => memory.accessToken === ""))
      throw new Error("The accounts whose bios are the registers could not be made.");
    const tokens = new Map(this.owners.map(({ memory }) => [memory.handle, memory.accessToken]));
    const api = () => new ApiClient(apiUrl, this.random.fork(), (register) => tokens.get(register) ?? "");
    this.clients = [
      ...Array.from({ length: counts.apiClients }, api),
      ...Array.from({ length: counts.sqlClients }, () => new SqlClient(databaseUrl)),
    ];
    this.running = Promise.all(this.clients.map((client, number) => this.use(client, number)));
  }

  /** Lets everyone finish what they are doing. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
    for (const client of this.clients) client.close();
    await Promise.all(this.owners.map((owner) => owner.close()));
  }

  /** Removes the accounts; a history that is wrong needs them as evidence. */
  cleanUp(): Promise<void> {
    return removeAccounts(this.outputs.databaseUrl, this.prefix);
  }

  private async use(client: RegisterClient, number: number): Promise<void> {
    const random = this.random.fork();
    const swaps = client instanceof SqlClient;
    /** What it saw last in each register: what a swap expects. */
    const seen = new Map<string, string>();
    for (let count = 0; !this.stopped; count++) {
      if (!(await client.ready())) continue;
      const register = random.pick(this.owners).memory.handle;
      const request = draw(random, `${number}-${count}`, swaps ? seen.get(register) : undefined);
      const answer = await this.history.record(number, register, request, () =>
        client.ask(register, request),
      );
      const shown = request.kind === "read" ? answer?.value : answer && request.value;
      if (shown !== undefined) seen.set(register, shown);
      await sleep(pauseMs * (0.5 + random.next()));
    }
  }
}

/** @param value Unlike every other, so that a read says which write it saw. */
function draw(random: Random, value: string, expected: string | undefined): Request {
  const kind = random.weighted({ read: 5, write: 4, swap: expected === undefined ? 0 : 2 });
  if (kind === "swap" && expected !== undefined) return { kind, value, expected };
  return kind === "read" ? { kind } : { kind: "write", value };
}
