import compress from "@fastify/compress";
import fastifyPlugin from "fastify-plugin";

/** Text of a kilobyte and more is compressed for whoever takes it, an export as it is read. */
export const compression = fastifyPlugin(
  async (app) => {
    await app.register(compress, {
      encodings: ["br", "gzip"],
      // Bodies that come in are taken as they are.
      globalDecompression: false,
    });
  },
  { name: "compression" },
);
