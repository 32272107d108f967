import { describe, expect, it } from "vitest";
import { dragged, squareOf } from "../../../../app/page/crop.ts";

const wide = { width: 400, height: 100 };
const middle = { zoom: 1, x: 0.5, y: 0.5 };

describe("the square of a picture", () => {
  it("is the largest that fits, in the middle, and smaller when zoomed", () => {
    expect(squareOf(wide, middle)).toEqual({ left: 150, top: 0, side: 100 });
    expect(squareOf(wide, { ...middle, zoom: 2 })).toEqual({ left: 175, top: 25, side: 50 });
    expect(squareOf(wide, { zoom: 2, x: 1, y: 0 })).toEqual({ left: 350, top: 0, side: 50 });
  });

  it("follows the pointer, and stays within the picture", () => {
    const moved = dragged(wide, middle, { x: -0.5, y: 0.3 });
    expect(squareOf(wide, moved)).toEqual({ left: 200, top: 0, side: 100 });
    expect(dragged(wide, middle, { x: 9, y: 0 }).x).toBe(0);
    expect(dragged(wide, middle, { x: -9, y: 0 }).x).toBe(1);
  });
});
