import type { ErrorObject } from "ajv";

interface Described {
  allowed?: string;
  properties?: Record<string, Described>;
}

/** What the schema's validator found wrong, as a sentence for the person who wrote the file; none where another says it. */
export function refusalOf(file: string, error: ErrorObject): string[] {
  const { keyword, params, data } = error;
  const parent = error.parentSchema as Described;
  const key = keyOf(error.instancePath);
  const of = key === "" ? "" : `${key}.`;
  switch (keyword) {
    case "required":
      return [
        `${file}: ${of}${params.missingProperty} is missing; it takes ${allowedFor(parent, params.missingProperty)}.`,
      ];
    case "additionalProperties": {
      const known = Object.keys(parent.properties ?? {}).join(", ");
      return [`${file}: ${of}${params.additionalProperty} is not a key; allowed are ${known}.`];
    }
    // Said by the error of the name itself.
    case "propertyNames":
      return [];
    case "pattern":
      if (error.propertyName !== undefined)
        return [`${file}: ${key} has "${error.propertyName}"; allowed is ${parent.allowed}.`];
  }
  if (key === "")
    return [`${file} is ${written(data)}; allowed are keys with values, as in name: guestbook.`];
  return [`${file}: ${key} is ${written(data)}; allowed is ${parent.allowed}.`];
}

/** `/writablePaths/0` as `writablePaths.0`. */
function keyOf(instancePath: string): string {
  return instancePath.slice(1).replaceAll("/", ".");
}

function allowedFor({ properties }: Described, key: string): string {
  return properties?.[key]?.allowed ?? "a value";
}

/** A value as the file has it, not longer than a sentence takes. */
function written(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
