import type { FastifyBodyParser } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { Problem } from "../problem.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });
const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/**
 * JSON bodies, which are UTF-8 and nothing else (RFC 8259). Node would replace every wrong byte by the same character,
 * and one password would open for another.
 */
export const jsonBodies = fastifyPlugin(
  async (app) => {
    const parseJson = app.getDefaultJsonParser("error", "error") as FastifyBodyParser<string>;
    // A body is JSON, or an image where one is uploaded.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser<Buffer>("application/json", { parseAs: "buffer" }, (request, bytes, done) => {
      const named = charset.exec(request.headers["content-type"] ?? "")?.[1];
      if (named !== undefined && !/^utf-?8$/i.test(named)) {
        done(new Problem(415, "not-utf-8", "JSON is sent as UTF-8."));
        return;
      }
      let text: string;
      try {
        text = utf8.decode(bytes);
      } catch {
        done(new Problem(400, "not-utf-8", "The body has bytes that are not UTF-8."));
        return;
      }
      parseJson(request, text, done);
    });
  },
  { name: "json-bodies" },
);
