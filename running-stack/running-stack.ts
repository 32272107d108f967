import type Docker from "dockerode";
import { dataDirectory } from "../infra/directories.mjs";
import { PersonError } from "../infra/errors.ts";
import type { Role } from "../infra/topology.ts";
import { connectEngine } from "./engine.ts";
import { Journal } from "./journal.ts";
import { readOutputs, type StackOutputs } from "./outputs.ts";
import { Part, type PartState } from "./part.ts";
import { giveBackDisks } from "./small-disk.ts";
import { restore, SnapshotFile, takeSnapshot } from "./snapshot.ts";
import { endStandIns } from "./stand-in.ts";

/** A stack that runs on Docker, and how to restore it to its state before the first fault. */
export class RunningStack {
  readonly name: string;
  readonly engine: Docker;
  readonly outputs: StackOutputs;
  readonly states: PartState[];
  journal = new Journal();
  private readonly file: SnapshotFile;
  private readonly undos: (() => Promise<void>)[] = [];

  private constructor(name: string, engine: Docker, outputs: StackOutputs, states: PartState[]) {
    this.name = name;
    this.engine = engine;
    this.outputs = outputs;
    this.states = states;
    this.file = snapshotFile(name);
  }

  /**
   * Finds the stack's containers. Faults left by an interrupted run are cleared first.
   * @throws PersonError when the stack is not there.
   */
  static async open(name: string): Promise<RunningStack> {
    const outputs = await readOutputs(name);
    const engine = await connectEngine();
    const left = snapshotFile(name).read();
    const states = left ?? (await takeSnapshot(engine, name));
    if (states.length === 0)
      throw new PersonError(`The stack ${name} has no running container; \`npm run up\` starts it.`);
    const stack = new RunningStack(name, engine, outputs, states);
    if (left) {
      for (const sentence of await stack.restore())
        console.error(`drill: left by an earlier run: ${sentence}`);
    }
    return stack;
  }

  part(role: Role, node = 1): Part {
    const part = this.parts(role).find(({ state }) => state.node === node);
    if (!part) throw new PersonError(`The stack ${this.name} has no ${role} ${node}.`);
    return part;
  }

  /** All parts of a role, or of the stack, by number. */
  parts(role?: Role): Part[] {
    return this.states
      .filter((state) => role === undefined || state.role === role)
      .map((state) => new Part(this.engine, this.journal, state))
      .toSorted((a, b) => a.state.node - b.state.node);
  }

  begin(): void {
    this.journal = new Journal();
    this.remember();
  }

  /** Saves the state to go back to, in case this process is killed; until `restore`. */
  remember(): void {
    this.file.write(this.states);
  }

  /** Registers an undo for a change that a container's own state does not show. */
  undoLater(undo: () => Promise<void>): void {
    this.undos.push(undo);
  }

  /**
   * Clears every fault that is still there, the last one first.
   * @returns What it had to repair.
   */
  async restore(): Promise<string[]> {
    const said: string[] = [];
    for (let undo = this.undos.pop(); undo; undo = this.undos.pop()) {
      await undo().catch((error: Error) => said.push(`not undone: ${error.message}`));
    }
    said.push(...(await giveBackDisks(this.engine, this.name)));
    said.push(...(await endStandIns(this.engine, this.name)));
    for (const part of this.parts()) {
      const mended = await restore(part).catch((error: Error) => [`${part.name}: ${error.message}`]);
      said.push(...mended);
    }
    this.file.remove();
    return said;
  }
}

function snapshotFile(stack: string): SnapshotFile {
  return new SnapshotFile(dataDirectory("drills", `${stack}.json`));
}
