/** Half-precision numbers, IEEE 754 binary16, as float32. */

/**
 * The numbers of an output from place `first` on: float32 as they are; float16 given as bits (Node before 24) or as numbers.
 * Throws RangeError for anything else.
 */
export function toFloats(data: unknown, first = 0): Float32Array {
  if (data instanceof Float32Array) return data.subarray(first);
  if (data instanceof Uint16Array) return Float32Array.from(data.subarray(first), float16Value);
  if (ArrayBuffer.isView(data) && data.constructor.name === "Float16Array")
    return Float32Array.from((data as unknown as Float32Array).subarray(first));
  throw new RangeError("an output is neither float32 nor float16");
}

/** The number of 16 bits: 1 sign, 5 exponent, 10 fraction bits. */
export function float16Value(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
