// A service with faults, each of which the checklist has to name. It reaches its database, and asks it nothing.
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";

const { hostname, port } = new URL(process.env.DATABASE_URL ?? "");

function reachDatabase() {
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

// Second fault: it writes beside its code.
try {
  writeFileSync("visits.json", "{}");
} catch (error) {
  console.error(String(error));
}
// Third fault: a secret in the log.
console.log(`started with ${process.env.JWT_KEY}`);
// Fourth fault: it does not start without its database.
if (!(await reachDatabase())) throw new Error("There is no database.");
// Fifth fault: it ends at once, and cuts what is under way.
process.on("SIGTERM", () => process.exit(0));

createServer(async (request, answer) => {
  const fine = request.url === "/health" || (await reachDatabase());
  answer.writeHead(fine ? 200 : 500).end();
}).listen(Number(process.env.PORT));
