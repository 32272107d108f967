import { PersonError } from "../../infra/errors.ts";
import type { Drill, Scene } from "../drill.ts";

/** A path, for a bare word would be read as a boolean. */
const broken = "/bin/false";

export const drill: Drill = {
  description: "The log can no longer be archived, until it can again 20 s later.",
  async prepare({ primary }) {
    if ((await ask(primary, "show archive_mode")) === "off") {
      throw new PersonError(
        "The stack archives nothing, so there is nothing to fail; it has no backups yet.",
      );
    }
  },
  async inject(scene) {
    const { primary, stack } = scene;
    const command = await ask(primary, "show archive_command");
    const repair = () => setArchiveCommand(scene, command);
    stack.undoLater(repair);
    await primary.inject("archiving fails", async () => {
      await setArchiveCommand(scene, broken);
      await ask(primary, "select pg_switch_wal()");
    });
    await scene.seconds(20);
    await primary.clear("archiving works again", async () => {
      await repair();
      await ask(primary, "select pg_switch_wal()");
    });
  },
  expected: { failedRequests: 0, writesPauseMs: 4_000 },
  soak: false,
};

/** Through Patroni, which would take any other change back; both nodes have it within a round. */
async function setArchiveCommand({ primary, until }: Scene, command: string): Promise<void> {
  const patronictl = ["patronictl", "-c", "/run/patroni/patroni.yml", "edit-config", "--force", "--quiet"];
  await primary.run([...patronictl, "--pg", `archive_command=${command}`]);
  await until(async () => (await ask(primary, "show archive_command")) === command, 20_000);
}

function ask(node: Scene["primary"], statement: string): Promise<string> {
  const psql = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--host", "/run/postgresql"];
  return node.run([...psql, "--username", "postgres", "--command", statement]);
}
