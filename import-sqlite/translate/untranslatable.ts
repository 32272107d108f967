/** Something that Postgres does not have, or reads differently. The message completes the sentence "… uses …". */
export class Untranslatable extends Error {
  override name = "Untranslatable";
}
