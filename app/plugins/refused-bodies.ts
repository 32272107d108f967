import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import fastifyPlugin from "fastify-plugin";

/** So much of a body that nobody wants is read, so that its connection can be used again. */
const mostBytes = 32 * 1024 * 1024;
/** So long it may take to arrive, and so long may its sender be silent. */
const patienceMs = { whole: 30_000, silence: 5_000 };

/**
 * What is answered before its body has arrived. Node stops reading a body that nobody consumes: whoever gets the
 * connection next, through a proxy that keeps it, waits for ever. And to close it with bytes unread resets it, which
 * can take the answer along. So the answer is sent at once, and the rest is read to its end.
 */
export const refusedBodies = fastifyPlugin(
  async (app) => {
    app.addHook("onSend", async (request, reply, payload) => {
      if (request.raw.complete) return payload;
      const rest = discardRest(request.raw);
      if (mayBeUsedAgain(request, reply)) {
        reply.removeHeader("connection");
        return payload;
      }
      reply.header("connection", "close");
      if (typeof payload !== "string") return payload;
      // Compressed, it would come when the sender has come to an end.
      request.headers["x-no-compression"] = "1";
      reply.header("content-length", Buffer.byteLength(payload));
      return Readable.from(lingering(payload, rest));
    });
  },
  { name: "refused-bodies" },
);

/** Whether the body's end is certain to be reached. If it is not, the next request must not come on this connection. */
function mayBeUsedAgain(request: FastifyRequest, reply: FastifyReply): boolean {
  const announced = Number(request.headers["content-length"] ?? Number.POSITIVE_INFINITY);
  return announced <= mostBytes && reply.statusCode !== 408;
}

/** The whole answer at once; the end, after which Node closes the connection, only when the sender has nothing more. */
async function* lingering(answer: string, rest: Promise<void>): AsyncGenerator<string> {
  yield answer;
  await rest;
}

/** Reads what still comes and keeps none of it. What goes beyond the bounds is cut off. */
function discardRest(body: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let read = 0;
    const end = () => {
      clearTimeout(whole);
      clearTimeout(silence);
      body.off("data", count);
      resolve();
    };
    const cutOff = () => {
      end();
      // The answer's last byte has long been sent: it is only the sender that has not come to an end.
      body.socket.destroySoon();
    };
    const count = (chunk: Buffer) => {
      silence.refresh();
      read += chunk.length;
      if (read > mostBytes) cutOff();
    };
    const whole = setTimeout(cutOff, patienceMs.whole).unref();
    const silence = setTimeout(cutOff, patienceMs.silence).unref();
    body.once("end", end).once("close", end).once("error", end);
    // Whoever was reading and gave up may have left the stream in the mode in which it waits to be asked.
    body.removeAllListeners("readable");
    body.on("data", count).resume();
  });
}
