import { PersonError } from "../infra/person-error.mjs";

/** As the program allows it; in Pulumi Cloud an organization and a project may precede it. */
const form = /^([a-zA-Z0-9][\w.-]*\/){0,2}[a-z][a-z0-9-]{0,19}$/;

/**
 * @param {string} name
 * @throws PersonError that says what is allowed.
 */
export function checkStackName(name) {
  if (form.test(name)) return;
  throw new PersonError(
    `"${name}" is not a valid stack name; allowed are up to 20 of a-z, 0-9 and -, starting with a letter.`,
  );
}
