import type { Role } from "../../infra/topology.ts";
import type { Part } from "../../running-stack/part.ts";
import { signalFromOutside } from "../../running-stack/processes.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import { forgetRemakes, loseControlFile } from "../actions/damage.ts";
import { MachineDisk } from "../actions/machine-disk.ts";

/** Something bad enough that people ask `status`, and what it has to say and must not say then. */
export interface Emergency {
  /** What is so, in one line. */
  description: string;
  /** Why it cannot be brought about here, in a sentence; undefined when it can. */
  refusal?: (stack: RunningStack) => Promise<string | undefined>;
  bringAbout: (stack: RunningStack) => Promise<void>;
  says: RegExp[];
  saysNot: RegExp[];
}

const nothingLosable = /^ {2}can be lost now +nothing$/m;
const databaseLosable = /^ {2}can be lost now .*database node/m;

export const emergencies: Record<string, Emergency> = {
  "no-consensus-quorum": {
    description:
      "Two of three consensus members are gone: the primary serves on, and nobody could take over.",
    bringAbout: (stack) => gone(stack.parts("consensus").slice(0, 2)),
    says: [/DEGRADED/, /clients +get answers/, /consensus-1 is exited/, /must not be lost .*a database node/],
    saysNot: [/^ {2}FAILED/m, databaseLosable, /can be lost now .*consensus/],
  },
  "no-primary": {
    description: "Both database nodes are gone: nothing can be read from it or written.",
    bringAbout: (stack) => gone(stack.parts("database")),
    says: [/FAILED, clients are not served/, /FAILED +no database node is primary/, nothingLosable],
    saysNot: [/is primary, running/, /would take over/],
  },
  "no-application-node": {
    description: "Every application node is gone: the proxies answer 503.",
    bringAbout: (stack) => gone(stack.parts("app")),
    says: [/FAILED +clients get no answer/, /application +0 of 2/, /app-1 is exited/, nothingLosable],
    saysNot: [/no database node is primary/, /no quorum/],
  },
  "no-edge": {
    description: "The edge is gone, and with it the published port; everything behind it runs.",
    bringAbout: (stack) => gone(stack.parts("edge")),
    says: [/FAILED +clients get no answer/, /edge-1 is exited/, /is primary, running/, nothingLosable],
    saysNot: [/no database node is primary/, /no quorum/],
  },
  "no-monitoring": {
    description: "Metrics and alerts are gone; the service has all it needs.",
    bringAbout: (stack) => gone([...stack.parts("metrics"), ...stack.parts("alerts")]),
    says: [/DEGRADED/, /alerts +Alertmanager does not answer/, /metrics-1 is exited/, databaseLosable],
    saysNot: [/^ {2}FAILED/m, /must not be lost/],
  },
  "engine-runs-nothing": {
    description: "The engine can run no program in any container; everything serves on.",
    bringAbout: stopShims,
    says: [
      /clients +get answers/,
      /3 of 3 members in the quorum/,
      /is primary, running/,
      /object store +healthy/,
    ],
    saysNot: [/^ {2}FAILED/m, /sees no quorum/, /silent/, /does not answer/],
  },
  "machine-disk-full": {
    description: "The machine's disk is full to the last byte: what only needs to be read is still answered.",
    refusal: (stack) => MachineDisk.refusal(stack, "space"),
    async bringAbout(stack) {
      const disk = await MachineDisk.prepare(stack, "space");
      await stack.journal.note("inject", "machine: no space left", () => disk.fill());
    },
    says: [/the machine's disk is full: \d+ MB left/],
    saysNot: [/: HEALTHY,/, /sees no quorum/, /no database node is primary/],
  },
  // Last: it takes two minutes until the node is made anew.
  "control-file-lost": {
    description: "The replica's control file is gone and the node dies at each start; the primary serves on.",
    async bringAbout(stack) {
      await forgetRemakes(stack);
      await loseControlFile(await replicaOf(stack));
    },
    says: [
      /DEGRADED/,
      /clients +get answers/,
      /no standby has every write/,
      /must not be lost .*a database node/,
    ],
    saysNot: [/^ {2}FAILED/m, databaseLosable],
  },
};

/** Killed by hand: no restart policy acts. */
async function gone(parts: Part[]): Promise<void> {
  await Promise.all(parts.map((part) => part.killByHand()));
}

async function replicaOf(stack: RunningStack): Promise<Part> {
  for (const node of stack.parts("database")) {
    const url = "http://127.0.0.1:8008/replica";
    const answers = await node.run(["curl", "--silent", "--fail", "--output", "/dev/null", url]).then(
      () => true,
      () => false,
    );
    if (answers) return node;
  }
  throw new Error("No database node is a replica.");
}

/** Every part but those that only carry files. */
const serving: Role[] = ["app", "database", "consensus", "proxy", "edge", "object-store", "backup"];

/** Between the engine and each container stands a shim, which starts programs in it; without it the container serves on. */
async function stopShims(stack: RunningStack): Promise<void> {
  const parts = serving.flatMap((role) => stack.parts(role));
  const shims = await Promise.all(
    parts.map(async (part) => ({
      pid: (await part.processes())[0]?.parent ?? 0,
      owner: { id: (await part.container.inspect()).Id, image: stack.part("app").state.image },
    })),
  );
  const signal = async (name: NodeJS.Signals) => {
    for (const { pid, owner } of shims) signalFromOutside([pid], name, owner);
  };
  stack.undoLater(() => signal("SIGCONT"));
  await stack.journal.note("inject", "the engine's shims hang", () => signal("SIGSTOP"));
}
