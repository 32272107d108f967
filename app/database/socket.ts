import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

export interface SocketOptions {
  host: string;
  port: number;
  /** PEM. If set, TLS is required, and the server's certificate and name are verified. */
  certificateAuthority: string | undefined;
}

/** SSLRequest: its length, 8, then its code. Postgres answers with one byte, S or N. */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const yes = 0x53;

/**
 * A connected socket, ready for Postgres' start-up message, with TLS if an authority is given.
 * @throws The socket's own error, or that it took longer than `timeoutMs`. The socket is then destroyed.
 */
export async function openSocket(options: SocketOptions, timeoutMs: number): Promise<Socket> {
  const socket = connect({ host: options.host, port: options.port, noDelay: true });
  const timer = setTimeout(
    () => socket.destroy(new Error(`No connection within ${timeoutMs} ms.`)),
    timeoutMs,
  );
  // Whoever waits for the socket gets the error; without this one that nobody waits for would end the process.
  socket.on("error", () => {});
  socket.setKeepAlive(true, 10_000);
  try {
    await happens(socket, "connect");
    return options.certificateAuthority === undefined ? socket : await secure(socket, options);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function secure(socket: Socket, options: SocketOptions): Promise<Socket> {
  socket.write(sslRequest);
  const answer = await happens<Buffer>(socket, "data");
  // More than that one byte before TLS begins comes from someone in the middle.
  if (answer.length !== 1 || answer[0] !== yes) throw new Error("The database server does not offer TLS.");
  const secured = connectTls({
    socket,
    host: options.host,
    ca: options.certificateAuthority,
    ...(isIP(options.host) === 0 ? { servername: options.host } : {}),
  });
  secured.on("error", () => {});
  await happens(secured, "secureConnect");
  return secured;
}

/** Waits for the event. Unlike `once` of node:events it also rejects when the socket closes without an error. */
function happens<T>(socket: Socket, event: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = () => {
      socket.off(event, succeed).off("error", fail).off("close", closed);
    };
    const succeed = (value: T) => {
      forget();
      resolve(value);
    };
    const fail = (error: Error) => {
      forget();
      reject(error);
    };
    const closed = () => fail(new Error("The connection was closed while it was being made."));
    socket.on(event, succeed).on("error", fail).on("close", closed);
  });
}
