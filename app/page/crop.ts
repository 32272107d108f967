export interface Size {
  width: number;
  height: number;
}

/** Which square of a picture is shown. */
export interface Chosen {
  /** 1 is the largest square that fits, 2 is half as wide. */
  zoom: number;
  /** Where it is, from 0, at the left and the top, to 1. */
  x: number;
  y: number;
}

/** In the picture's own pixels. */
export interface Square {
  left: number;
  top: number;
  side: number;
}

export function squareOf({ width, height }: Size, { zoom, x, y }: Chosen): Square {
  const side = Math.min(width, height) / zoom;
  return { left: (width - side) * x, top: (height - side) * y, side };
}

/** What is chosen when the picture was dragged by so much of the square's side. */
export function dragged(size: Size, chosen: Chosen, by: { x: number; y: number }): Chosen {
  const { left, top, side } = squareOf(size, chosen);
  const along = (from: number, length: number, share: number, before: number) =>
    length > side ? within((from - share * side) / (length - side)) : before;
  return {
    ...chosen,
    x: along(left, size.width, by.x, chosen.x),
    y: along(top, size.height, by.y, chosen.y),
  };
}

const within = (share: number) => Math.min(1, Math.max(0, share));
