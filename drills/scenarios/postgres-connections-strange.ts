import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Drill } from "../drill.ts";

/** What clients of other protocols, scanners and broken drivers send first. */
const greetings: Buffer[] = [
  Buffer.alloc(0),
  Buffer.from("GET / HTTP/1.1\r\nhost: database\r\n\r\n"),
  Buffer.from("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "latin1"),
  Buffer.from([0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f]),
  Buffer.from([0, 0, 0, 8, 4, 0xd2, 0x16, 0x30]),
  Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 3, 0, 0]),
  Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0]),
  Buffer.from([0, 0, 0, 16, 4, 0xd2, 0x16, 0x2e, 0, 0, 0, 1, 0, 0, 0, 1]),
  Buffer.from("PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n"),
];
const count = 90;

export const drill: Drill = {
  description: "Ninety connections to Postgres that speak other protocols, break off or send noise.",
  async inject({ stack }) {
    const { hostname, port } = new URL(stack.outputs.databaseUrl);
    await stack.journal.note("inject", `${count} strange connections to Postgres`, async () => {
      for (let number = 0; number < count; number++) {
        const socket = connect({ host: hostname, port: Number(port) });
        socket.on("error", () => {});
        socket.resume();
        await Promise.race([once(socket, "connect"), once(socket, "close")]);
        socket.write(greetings[number % (greetings.length + 1)] ?? randomBytes(2_000));
        if (number % 3 === 0) socket.destroy();
        else setTimeout(() => socket.destroy(), 5_000);
        await sleep(20);
      }
    });
    await sleep(6_000);
  },
  expected: { failedRequests: 0, writesPauseMs: 4_000 },
  soak: false,
};
