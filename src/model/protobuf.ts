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

/** One field of a message being read; `bytes` is empty for number fields. */
export interface ProtoField {
  readonly field: number;
  readonly bytes: Uint8Array;
}

/** Reads the fields of a message in order. Throws RangeError when the bytes are not a message. */
export function* readFields(message: Uint8Array): Generator<ProtoField> {
  const reader = { message, offset: 0 };
  while (reader.offset < message.byteLength) {
    const tag = readVarint(reader);
    yield { field: Math.floor(tag / 8), bytes: readValue(reader, tag % 8) };
  }
}

interface Reader {
  readonly message: Uint8Array;
  offset: number;
}

function readValue(reader: Reader, wireType: number): Uint8Array {
  switch (wireType) {
    case VARINT:
      readVarint(reader);
      return new Uint8Array(0);
    case FIXED64:
      return take(reader, 8);
    case BYTES:
      return take(reader, readVarint(reader));
    case FIXED32:
      return take(reader, 4);
    default:
      throw new RangeError(`wire type ${wireType} at byte ${reader.offset}`);
  }
}

function readVarint(reader: Reader): number {
  let value = 0;
  for (let scale = 1; scale < 2 ** 70; scale *= 128) {
    const byte = take(reader, 1)[0]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
  throw new RangeError(`endless number at byte ${reader.offset}`);
}

function take(reader: Reader, count: number): Uint8Array {
  const end = reader.offset + count;
  if (end > reader.message.byteLength) throw new RangeError(`cut off at byte ${reader.offset}`);
  const bytes = reader.message.subarray(reader.offset, end);
  reader.offset = end;
  return bytes;
}
