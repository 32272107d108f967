/**
 * An error meant for the person at the keyboard: its message is one clear sentence that names the thing,
 * the value and what is allowed. Commands print the message without a stack trace and exit with 1.
 */
export class PersonError extends Error {
  /** @override */
  name = "PersonError";
}
