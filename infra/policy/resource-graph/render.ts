import * as pulumi from "@pulumi/pulumi";

/** JSON as a person reads it. */
export type Rendered = string | number | boolean | null | Rendered[] | { [key: string]: Rendered };

/** What stands for a secret, wherever it is. */
export const secretMask = "[secret]";

/** The inputs of a registration, with Pulumi's wire forms written for people. */
export function renderInputs(inputs: Record<string, unknown>): { [property: string]: Rendered } {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [key, key === "__provider" ? "[code]" : render(value)]),
  );
}

function render(value: unknown): Rendered {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(render);
  const fields = value as Record<string, unknown>;
  switch (fields[pulumi.runtime.specialSigKey]) {
    case pulumi.runtime.specialSecretSig:
      return secretMask;
    case pulumi.runtime.specialResourceSig:
      return resourceReference(String(fields.urn));
    case pulumi.runtime.specialAssetSig:
    case pulumi.runtime.specialArchiveSig:
      return { asset: render(fields.path ?? fields.uri ?? fields.hash ?? null) };
    default:
      return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, render(field)]));
  }
}

function resourceReference(urn: string): string {
  const [, , qualifiedType = "", name = ""] = urn.split("::");
  return `\${${qualifiedType.split("$").at(-1)}.${name}.id}`;
}

/** Every `${TYPE.NAME.PROPERTY}` in a value, at any depth. */
export function referencesIn(value: Rendered): { identity: string; property: string }[] {
  if (typeof value === "string") {
    return [...value.matchAll(/\$\{([^${}]+:[^${}.]+\.[^${}.]+)\.([^${}]+)\}/g)].map(
      ([, identity, property]) => ({
        identity: identity ?? "",
        property: property ?? "",
      }),
    );
  }
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (value !== null && typeof value === "object") return Object.values(value).flatMap(referencesIn);
  return [];
}
