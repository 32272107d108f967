import type { Part } from "../../running-stack/part.ts";

/** The timelines that a database node knows: which it is on, and how each began. */
export interface Timelines {
  node: string;
  current: number;
  /** Timeline to its history file: a line for each ancestor. */
  histories: Record<number, string>;
}

const query = `
select json_build_object(
  'current', (select timeline_id from pg_control_checkpoint()),
  'histories', coalesce((
    select json_object_agg(('x' || substr(name, 1, 8))::bit(32)::int, pg_read_file('pg_wal/' || name))
    from pg_ls_waldir() where name ~ '^[0-9A-F]{8}\\.history$'), '{}'))`;

export async function readTimelines(part: Part): Promise<Timelines> {
  const psql = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--host", "/run/postgresql"];
  const answer = await part.run([...psql, "--username", "postgres"], query);
  return { node: part.name, ...JSON.parse(answer) };
}

/**
 * Forks of the history since a timeline: two nodes that disagree on a timeline's origin, or a timeline that was
 * abandoned, so that its writes are on no later one.
 * @param since The timeline before the first fault; earlier history is not checked.
 */
export function forks(nodes: Timelines[], since: number): string[] {
  const found: string[] = [];
  const known = new Map<number, { node: string; history: string }>();
  for (const { node, histories } of nodes) {
    for (const [timeline, history] of Object.entries(histories)) {
      const first = known.get(Number(timeline));
      if (!first) known.set(Number(timeline), { node, history });
      else if (Number(timeline) > since && first.history !== history) {
        found.push(`${node} and ${first.node} disagree on the origin of timeline ${timeline}`);
      }
    }
  }
  const newest = Math.max(since, ...known.keys());
  const ancestors = ancestorsIn(known.get(newest)?.history ?? "");
  for (let timeline = since; timeline < newest; timeline++) {
    if (!ancestors.has(timeline)) found.push(`timeline ${timeline} was abandoned`);
  }
  return found;
}

/** A line is as in `1	0/3000000	no recovery target specified`. */
function ancestorsIn(history: string): Set<number> {
  return new Set([...history.matchAll(/^(\d+)\t/gm)].map(([, timeline]) => Number(timeline)));
}
