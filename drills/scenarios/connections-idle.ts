import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Drill } from "../drill.ts";

const count = { idle: 1_500, slow: 1_500 };

export const drill: Drill = {
  description: "Idle connections, 1,500 of them, and 1,500 that send a body byte by byte, for 20 s.",
  async inject(scene) {
    const { hostname, port } = new URL(scene.stack.outputs.apiUrl);
    const sockets: Socket[] = [];
    const open = async (greeting: string) => {
      const socket = connect({ host: hostname, port: Number(port) });
      // The proxy may close them: that is its right.
      socket.on("error", () => {});
      socket.resume();
      sockets.push(socket);
      await Promise.race([once(socket, "connect"), once(socket, "close")]);
      if (greeting !== "" && socket.writable) socket.write(greeting);
    };
    const head = `POST /api/v1/sessions HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n`;
    await scene.stack.journal.note(
      "inject",
      `${count.idle} idle and ${count.slow} slow connections`,
      async () => {
        for (let opened = 0; opened < count.idle + count.slow; opened += 50)
          await Promise.all(Array.from({ length: 50 }, () => open(opened < count.idle ? "" : head)));
      },
    );
    const drip = setInterval(() => {
      for (const socket of sockets.slice(count.idle)) if (socket.writable) socket.write(" ");
    }, 1_000);
    await scene.seconds(20);
    clearInterval(drip);
    await scene.stack.journal.note("clear", "connections closed", async () => {
      for (const socket of sockets) socket.destroy();
    });
  },
  expected: { failedRequests: 0, writesPauseMs: 4_000 },
  soak: false,
};
