import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cursorOf, positionAt } from "../../../app/cursor.ts";
import { handleInAddress } from "../../../app/handles.ts";
import { Html, html } from "../../../app/html.ts";
import { Problem } from "../../../app/problem.ts";
import { uuidv7 } from "../../../app/security/uuid.ts";

describe("cursors", () => {
  test("lead back to where the page ended", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
        (createdAt) => {
          const position = { createdAt, id: uuidv7() };
          const cursor = cursorOf(position);
          expect(cursor).toMatch(createdAt.getTime() < 0 ? /^[\w-]{32}$/ : /^[\w-]{30}$/);
          expect(positionAt(cursor)).toEqual(position);
        },
      ),
    );
  });

  test("any other text is refused, or is a position", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.stringMatching(/^[\w-]{30}$/),
          fc.stringMatching(/^[\w-]{32}$/),
        ),
        (text) => {
          try {
            expect(cursorOf(positionAt(text))).toBe(text);
          } catch (error) {
            expect(error).toBeInstanceOf(Problem);
          }
        },
      ),
    );
  });
});

test("handles in addresses are folded, and what is none is none", () => {
  expect(handleInAddress("Ada_Lovelace-1")).toBe("ada_lovelace-1");
  for (const text of ["ab", "a".repeat(41), "../x", "ada\n", "ada ", "äda", "a.b", ""]) {
    expect(handleInAddress(text)).toBeUndefined();
  }
});

describe("html", () => {
  test("escapes what is put in, lists too, and nothing twice", () => {
    const items = ["<a>", `"'&`].map((text) => html`<li title="${text}">${text}</li>`);
    expect(html`<ul>${items}</ul>${undefined}${7}${new Html("<b>")}`.text).toBe(
      '<ul><li title="&lt;a&gt;">&lt;a&gt;</li><li title="&quot;&#39;&amp;">&quot;&#39;&amp;</li></ul>7<b>',
    );
  });

  test("whatever is put in cannot leave its place", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { text: page } = html`<p title="${text}">${text}</p>`;
        expect(page.match(/[<>]/g)).toEqual(["<", ">", "<", ">"]);
        expect(page.match(/"/g)).toHaveLength(2);
      }),
    );
  });
});
