/**
 * Reads `.safetensors` files one tensor, or a few rows of one, at a time. Every length, offset and shape is checked
 * against the file's size before anything is read. Never runs code from the file.
 * Format: https://github.com/huggingface/safetensors#format
 */
import { type FileHandle, open } from "node:fs/promises";
import { z } from "zod";
import { AppError, messageOf } from "../shared/errors.ts";
import { float16Value } from "./float16.ts";
import { firstProblem } from "./json-file.ts";
import { cannotRead, sizeOfFile } from "./model-files.ts";

/** The format's own limit for the header. */
const MAX_HEADER_BYTES = 100_000_000;
const FLOAT_BYTES: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2 };

const headerSchema = z.record(
  z.string(),
  z.object({
    dtype: z.string(),
    shape: z.array(z.int().nonnegative()).max(8),
    data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  }),
);
type Header = z.infer<typeof headerSchema>;
type Entry = Header[string];

/** Source of float tensors: one file, or several that belong together. */
export interface TensorSource {
  readonly names: readonly string[];
  /** Sizes of a tensor's dimensions, or undefined when there is none of that name. */
  shapeOf(name: string): readonly number[] | undefined;
  /** Rows `first` to `first + count` (along the first dimension) as float32. Throws `model.corrupt`, `model.unsupported`. */
  readRows(name: string, first: number, count: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Opens one file. Throws `model.corrupt` when the header contradicts itself or the file's size, `model.unreadable`. */
export async function openSafetensors(path: string): Promise<TensorSource> {
  const fileBytes = await sizeOfFile(path);
  const file = await open(path, "r").catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  try {
    const headerBytes = await readHeaderLength(file, fileBytes, path);
    const header = parseHeader(await readExactly(file, 8, headerBytes, path), path);
    const dataStart = 8 + headerBytes;
    for (const [name, entry] of Object.entries(header)) checkEntry(name, entry, fileBytes - dataStart, path);
    return sourceOver(file, header, dataStart, path);
  } catch (error) {
    await file.close();
    throw error;
  }
}

function sourceOver(file: FileHandle, header: Header, dataStart: number, path: string): TensorSource {
  const entries = new Map(Object.entries(header));
  return {
    names: [...entries.keys()],
    shapeOf: (name) => entries.get(name)?.shape,
    close: () => file.close(),
    async readRows(name, first, count) {
      const entry = entries.get(name);
      if (entry === undefined) throw corrupt(path, `tensor ${name} is missing`);
      const itemBytes = FLOAT_BYTES[entry.dtype];
      if (itemBytes === undefined) throw unsupportedType(path, name, entry.dtype);
      const rowItems = entry.shape.slice(1).reduce((a, b) => a * b, 1);
      const start = dataStart + entry.data_offsets[0] + first * rowItems * itemBytes;
      return toFloat32(await readExactly(file, start, count * rowItems * itemBytes, path), entry.dtype);
    },
  };
}

async function readHeaderLength(file: FileHandle, fileBytes: number, path: string): Promise<number> {
  if (fileBytes < 8) throw corrupt(path, `it has only ${fileBytes} bytes`);
  const length = (await readExactly(file, 0, 8, path)).readBigUInt64LE();
  if (length > BigInt(Math.min(fileBytes - 8, MAX_HEADER_BYTES)))
    throw corrupt(path, `its header claims ${length} of ${fileBytes} bytes`);
  return Number(length);
}

function parseHeader(bytes: Buffer, path: string): Header {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw corrupt(path, `its header is not JSON (${messageOf(error)})`);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw corrupt(path, "its header is not an object");
  const { __metadata__: _metadata, ...tensors } = json as Record<string, unknown>;
  const header = headerSchema.safeParse(tensors);
  if (!header.success) throw corrupt(path, firstProblem(header.error));
  return header.data;
}

function checkEntry(name: string, entry: Entry, dataBytes: number, path: string): void {
  const [start, end] = entry.data_offsets;
  if (start > end || end > dataBytes)
    throw corrupt(path, `tensor ${name} lies at ${start}-${end} of ${dataBytes} bytes`);
  const itemBytes = FLOAT_BYTES[entry.dtype];
  const items = entry.shape.reduce((a, b) => a * b, 1);
  if (itemBytes !== undefined && items * itemBytes !== end - start)
    throw corrupt(
      path,
      `tensor ${name} has ${end - start} bytes for shape [${entry.shape}] of ${entry.dtype}`,
    );
}

async function readExactly(
  file: FileHandle,
  position: number,
  length: number,
  path: string,
): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) throw corrupt(path, `it ends at byte ${position + done}`);
    done += bytesRead;
  }
  return buffer;
}

function toFloat32(bytes: Buffer, dtype: string): Float32Array {
  if (dtype === "F32") return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  return dtype === "BF16" ? fromBfloat16(halves) : fromFloat16(halves);
}

/** A bfloat16 is the upper half of a float32. */
function fromBfloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

function fromFloat16(halves: Uint16Array): Float32Array {
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) floats[i] = float16Value(halves[i]!);
  return floats;
}

function corrupt(path: string, seen: string): AppError {
  return new AppError("model.corrupt", `${path} is not a whole safetensors file: ${seen}.`, {
    hint: "Get the file again; the download may have been cut off.",
  });
}

function unsupportedType(path: string, name: string, dtype: string): AppError {
  return new AppError("model.unsupported", `${path}: tensor ${name} holds ${dtype}, not F32, F16 or BF16.`, {
    hint: "Save the model again as float32, float16 or bfloat16.",
  });
}
