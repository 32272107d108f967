import ts from "typescript";

/** What Postgres calls the types that the service's interfaces use. */
const typesInPostgres: Record<string, Record<string, string>> = {
  string: { id: "uuid", account_id: "uuid", session_id: "uuid", "": "text" },
  Buffer: { "": "bytea" },
  Moment: { "": "timestamptz" },
  number: { status: "int2", "": "int4" },
  StoredJson: { "": "jsonb" },
};

/**
 * Reads the tables out of the interfaces in types.ts, in the words of information_schema: `text or null, defaulted`.
 * Types are gone at run time, so the source is read.
 */
export function tablesInTypes(file: string): Record<string, Record<string, string>> {
  const source = ts.createSourceFile(file, ts.sys.readFile(file) ?? "", ts.ScriptTarget.ESNext, true);
  const interfaces = new Map<string, ts.InterfaceDeclaration>();
  source.forEachChild((node) => {
    if (ts.isInterfaceDeclaration(node)) interfaces.set(node.name.text, node);
  });
  const members = (name: string) => {
    const found = interfaces.get(name);
    if (!found) throw new Error(`There is no interface ${name} in ${file}.`);
    return found.members
      .filter(ts.isPropertySignature)
      .map((member): [string, string] => [member.name.getText(source), member.type?.getText(source) ?? ""]);
  };
  return Object.fromEntries(
    members("Database").map(([table, type]) => [
      table,
      Object.fromEntries(members(type).map(([column, written]) => [column, inPostgres(column, written)])),
    ]),
  );
}

function inPostgres(column: string, written: string): string {
  const defaulted = /^Generated<(.*)>$/.exec(written);
  const nullable = /^(.*) \| null$/.exec(defaulted?.[1] ?? written);
  const name = nullable?.[1] ?? defaulted?.[1] ?? written;
  const type = typesInPostgres[name];
  if (!type) throw new Error(`No one has said what ${name} of ${column} is in Postgres.`);
  return `${type[column] ?? type[""]}${nullable ? " or null" : ""}${defaulted ? ", defaulted" : ""}`;
}
