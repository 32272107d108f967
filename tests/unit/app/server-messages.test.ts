import { expect, test } from "vitest";
import { ServerMessages } from "../../../app/database/server-messages.ts";

function message(type: string, body: string | Buffer): Buffer {
  const content = Buffer.from(body);
  const header = Buffer.alloc(5);
  header.write(type, "latin1");
  header.writeUInt32BE(content.length + 4, 1);
  return Buffer.concat([header, content]);
}

const error = (severity: string) =>
  message("E", `S${severity.toLowerCase()}\0V${severity}\0C57P01\0MEnd\0\0`);

/** What is told of these chunks. */
function told(chunks: Buffer[]): string[] {
  const lines: string[] = [];
  const messages = new ServerMessages({
    onReady: (transaction) => lines.push(transaction),
    onError: (severity) => lines.push(severity),
  });
  for (const chunk of chunks) messages.read(chunk);
  return lines;
}

const conversation = Buffer.concat([
  message("R", Buffer.alloc(4)),
  message("S", "TimeZone\0UTC\0"),
  message("Z", "I"),
  // Rows may contain anything, also what looks like other messages.
  message("D", Buffer.concat([error("FATAL"), message("Z", "E")])),
  message("C", "SELECT 1\0"),
  message("Z", "T"),
  error("ERROR"),
  message("Z", "E"),
  message("C", "ROLLBACK\0"),
  message("Z", "I"),
  message("S", "in_hot_standby\0on\0"),
  error("FATAL"),
]);
const expected = ["idle", "open", "ERROR", "failed", "idle", "FATAL"];

test.each([1, 2, 3, 4, 5, 6, 7, 11, 64, conversation.length])(
  "tells transaction status and errors, in chunks of %i bytes",
  (bytes) => {
    const count = Math.ceil(conversation.length / bytes);
    const chunks = Array.from({ length: count }, (_, index) =>
      conversation.subarray(index * bytes, (index + 1) * bytes),
    );
    expect(told(chunks)).toEqual(expected);
  },
);

test("an error tells its severity in English, whatever the server's language", () => {
  expect(told([message("E", "SSCHWERWIEGEND\0VFATAL\0C57P01\0MEnde\0\0")])).toEqual(["FATAL"]);
});

test("a message that is longer than many chunks is passed over", () => {
  const long = message("D", Buffer.alloc(300_000, "Z"));
  const chunks = [long.subarray(0, 100_000), long.subarray(100_000, 200_000), long.subarray(200_000)];
  expect(told([...chunks, message("Z", "T")])).toEqual(["open"]);
});
