/** Digits in base 10,000, as Postgres keeps a numeric. */
const digitDecimals = 4;
const negative = 0x4000;
const special = { NaN: 0xc000, Infinity: 0xd000, "-Infinity": 0xf000 } as const;

const decimalForm = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;

/**
 * Writes a number's decimal text as Postgres' binary numeric, exactly.
 * @returns The position behind it.
 * @throws RangeError when the text is no decimal number.
 */
export function writeNumeric(text: string, buffer: Buffer, at: number): number {
  if (text in special) return header(buffer, at, 0, 0, special[text as keyof typeof special], 0);
  const [, sign, whole = "", fraction = "", exponent = "0"] = decimalForm.exec(text) ?? [];
  if (sign === undefined || whole + fraction === "" || Math.abs(Number(exponent)) > 5_000) {
    throw new RangeError(`"${text.slice(0, 40)}" is no decimal number`);
  }
  const [before, after] = shift(whole, fraction, Number(exponent));
  const scale = after.length;
  const left = before.padStart(Math.ceil(before.length / digitDecimals) * digitDecimals, "0");
  const digits = (left + after.padEnd(Math.ceil(scale / digitDecimals) * digitDecimals, "0")).match(/\d{4}/g);
  const values = (digits ?? []).map(Number);
  let weight = left.length / digitDecimals - 1;
  // Neither end has zeros: one number has one form, so that equal numbers have equal bytes.
  while (values[0] === 0) {
    values.shift();
    weight--;
  }
  while (values.at(-1) === 0) values.pop();
  if (values.length === 0) return header(buffer, at, 0, 0, 0, scale);
  let end = header(buffer, at, values.length, weight, sign === "-" ? negative : 0, scale);
  for (const value of values) end = buffer.writeUInt16BE(value, end);
  return end;
}

/** What stands before and behind the point once the exponent is worked in. */
function shift(whole: string, fraction: string, exponent: number): [string, string] {
  if (exponent >= 0) {
    const padded = fraction.padEnd(exponent, "0");
    return [whole + padded.slice(0, exponent), padded.slice(exponent)];
  }
  const padded = whole.padStart(-exponent, "0");
  return [padded.slice(0, exponent), padded.slice(exponent) + fraction];
}

function header(
  buffer: Buffer,
  at: number,
  digits: number,
  weight: number,
  sign: number,
  scale: number,
): number {
  buffer.writeUInt16BE(digits, at);
  buffer.writeInt16BE(weight, at + 2);
  buffer.writeUInt16BE(sign, at + 4);
  return buffer.writeUInt16BE(scale, at + 6);
}
