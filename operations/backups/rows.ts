import { execute } from "../../running-stack/containers.ts";

/** Table to the number of its rows. */
export type Rows = Record<string, number>;

const query = `
  select coalesce(json_object_agg(relname, (xpath('/row/c/text()', query_to_xml(
    format('select count(*) as c from %I.%I', nspname, relname), false, true, '')))[1]::text::bigint), '{}')
  from pg_class join pg_namespace on pg_namespace.oid = relnamespace
  where nspname = 'public' and relkind = 'r' and relpersistence = 'p' and relname !~ '^kysely_'`;

/** Counts the service's rows on a database node. */
export async function countRows(container: string): Promise<Rows> {
  const psql = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--host=/run/postgresql"];
  const login = ["--username=postgres", "--dbname=capstone"];
  return JSON.parse(await execute(container, [...psql, ...login, `--command=${query}`])) as Rows;
}
