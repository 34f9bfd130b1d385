/**
 * The few parts of the Protocol Buffers wire format that an ONNX file needs, written and read without a schema compiler.
 * Knows nothing of ONNX. Format: https://protobuf.dev/programming-guides/encoding/
 */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Collects the fields of one message. Every method returns the message, so calls can be chained. */
export class ProtoMessage {
  readonly #parts: Uint8Array[] = [];
  #byteLength = 0;

  get byteLength(): number {
    return this.#byteLength;
  }

  /** A signed 64-bit integer field (int32, int64, enum, bool). */
  int(field: number, value: number | bigint): this {
    return this.#tag(field, VARINT).#varint(BigInt.asUintN(64, BigInt(value)));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#tag(field, FIXED32).#append(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#tag(field, BYTES).#varint(BigInt(value.byteLength)).#append(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: ProtoMessage): this {
    this.#tag(field, BYTES).#varint(BigInt(value.byteLength));
    return this.fieldsOf(value);
  }

  /** Appends the fields of another message as if they had been written here. */
  fieldsOf(other: ProtoMessage): this {
    for (const part of other.#parts) this.#append(part);
    return this;
  }

  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.#byteLength);
    let offset = 0;
    for (const part of this.#parts) {
      bytes.set(part, offset);
      offset += part.byteLength;
    }
    return bytes;
  }

  #tag(field: number, wireType: number): this {
    return this.#varint(BigInt(field * 8 + wireType));
  }

  #varint(unsigned: bigint): this {
    const bytes: number[] = [];
    let rest = unsigned;
    while (rest > 0x7fn) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    return this.#append(Uint8Array.from(bytes));
  }

  #append(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.#byteLength += bytes.byteLength;
    return this;
  }
}

/** One field of a message being read. */
export interface ProtoField {
  readonly field: number;
  readonly bytes: Uint8Array;
}

/**
 * Reads those fields of a message that hold bytes (texts, messages), in order; numbers are passed over.
 * Throws RangeError when the bytes are not a message.
 */
export function* readFields(message: Uint8Array): Generator<ProtoField> {
  for (let offset = 0; offset < message.byteLength; ) {
    const { field, hasBytes, headBytes, bodyBytes } = readFieldHead(message, offset);
    const start = offset + headBytes;
    offset = start + bodyBytes;
    if (offset > message.byteLength) throw new RangeError(`cut off at byte ${start}`);
    if (hasBytes) yield { field, bytes: message.subarray(start, offset) };
  }
}

/** Longest head of a field: two numbers. */
export const MOST_HEAD_BYTES = 20;

/** What stands before a field's value, and how long the value is. */
export interface FieldHead {
  readonly field: number;
  /** False for numbers, which C++ readers ignore in a field that should hold bytes. */
  readonly hasBytes: boolean;
  readonly headBytes: number;
  readonly bodyBytes: number;
}

/** Throws RangeError when the bytes at `offset` are no field. */
export function readFieldHead(bytes: Uint8Array, offset: number): FieldHead {
  const tag = readVarint(bytes, offset);
  // C++ readers keep 32 bits of a longer one, and would see another field than we.
  if (tag.value >= 2 ** 32 || tag.value < 8) throw new RangeError(`no field at byte ${offset}`);
  const field = Math.floor(tag.value / 8);
  const wireType = tag.value % 8;
  if (wireType !== BYTES) {
    const bodyBytes = numberBytes(bytes, offset + tag.byteLength, wireType);
    return { field, hasBytes: false, headBytes: tag.byteLength, bodyBytes };
  }
  const length = readVarint(bytes, offset + tag.byteLength);
  return { field, hasBytes: true, headBytes: tag.byteLength + length.byteLength, bodyBytes: length.value };
}

function numberBytes(bytes: Uint8Array, offset: number, wireType: number): number {
  if (wireType === VARINT) return readVarint(bytes, offset).byteLength;
  if (wireType === FIXED64) return 8;
  if (wireType === FIXED32) return 4;
  throw new RangeError(`wire type ${wireType} at byte ${offset}`);
}

function readVarint(bytes: Uint8Array, offset: number): { value: number; byteLength: number } {
  let value = 0;
  for (let i = 0; i < MOST_HEAD_BYTES / 2; i++) {
    const byte = bytes[offset + i];
    if (byte === undefined) throw new RangeError(`cut off at byte ${offset + i}`);
    value += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return { value, byteLength: i + 1 };
  }
  throw new RangeError(`endless number at byte ${offset}`);
}
