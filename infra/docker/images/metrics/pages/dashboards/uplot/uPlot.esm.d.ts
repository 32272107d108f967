// The types of the package that the file beside this one is a copy of.
export { default } from "uplot";
