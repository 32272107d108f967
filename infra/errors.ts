// Plain JavaScript, because command lines are read on whichever Node is there.
export { PersonError } from "./person-error.mjs";
