// Pulumi loads a compiler and npm's package tree to turn functions into text. A provider gets its functions as text and
// needs neither: loaded only when used, they cost every deployment a third of a second less.
const Module = require("node:module");
const rarelyUsed = ["typescript", "@npmcli/arborist"];
const load = Module._load;

Module._load = function (request, ...rest) {
  const loaded = () => load.call(this, request, ...rest);
  if (!rarelyUsed.includes(request)) return loaded();
  // As a module of exports by name, nothing is copied out of it before it is used.
  return new Proxy({}, { get: (_unloaded, name) => name === "__esModule" || loaded()[name] });
};
