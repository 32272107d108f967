import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/**
 * What a proxy in front of Postgres can do:
 * - forward;
 * - refuse: accept and close at once, as HAProxy does without a primary;
 * - hang: keep every connection that it has, and carry nothing on it.
 */
export type ProxyMode = "forward" | "refuse" | "hang";

export class TcpProxy {
  mode: ProxyMode = "forward";
  /** Connections accepted so far. */
  accepted = 0;
  /** The most that were open at the same time. */
  mostOpen = 0;
  /** What came while it hung, and was carried nowhere. */
  swallowedBytes = 0;
  private readonly target: { host: string; port: number };
  private readonly server: Server;
  private readonly open = new Set<Socket>();
  private carry: (bytes: number) => void = () => {};
  private last: Buffer | undefined;

  private constructor(target: { host: string; port: number }) {
    this.target = target;
    this.server = createServer((client) => this.accept(client));
  }

  static async start(target: { host: string; port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /**
   * Once this many bytes have gone to the server, cuts every connection and refuses new ones, as HAProxy does without a
   * primary: in the middle of what is carried, however fast that is.
   */
  refuseAfterBytes(bytes: number): Promise<void> {
    return new Promise((resolve) => {
      this.carry = (chunkBytes) => {
        bytes -= chunkBytes;
        if (bytes > 0) return;
        this.carry = () => {};
        this.mode = "refuse";
        this.cut();
        resolve();
      };
    });
  }

  /** Once this has gone to the server, nothing comes back from it: every connection is cut, and new ones are refused. */
  refuseAfter(text: string): void {
    this.last = Buffer.from(text);
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.open) socket.destroy();
  }

  async end(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    this.accepted++;
    client.on("error", () => {});
    if (this.mode === "refuse") {
      // Unread bytes would keep the socket half open.
      client.resume().end();
      return;
    }
    const server = connect(this.target);
    client.on("data", (chunk) => this.carry(chunk.length));
    this.track(client, server);
    client.on("data", (chunk: Buffer) => {
      if (!this.last || !chunk.includes(this.last)) return;
      this.mode = "refuse";
      // The server has it already, and answers nobody.
      server.removeAllListeners("data").on("data", () => this.cut());
    });
    this.track(server, client);
    this.mostOpen = Math.max(this.mostOpen, this.open.size / 2);
  }

  private track(from: Socket, to: Socket): void {
    this.open.add(from);
    from.on("error", () => {});
    from.on("data", (chunk) => {
      if (this.mode === "hang") this.swallowedBytes += chunk.length;
      else to.write(chunk);
    });
    from.on("close", () => {
      this.open.delete(from);
      to.destroy();
    });
  }
}
