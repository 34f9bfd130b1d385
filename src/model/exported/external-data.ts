/**
 * Which files an ONNX graph of any size keeps tensors in, found without reading the tensors inside it. A name with a path in
 * it is refused, so that a model folder cannot make the program read other files. Field numbers: onnx.proto3.
 */
import { type FileHandle, open } from "node:fs/promises";
import { AppError, messageOf } from "../../shared/errors.ts";
import { cannotRead, sizeOfFile } from "../model-files.ts";
import { childKind, type MessageKind, visitEntries } from "../onnx-check.ts";
import { MOST_HEAD_BYTES, readFieldHead } from "../protobuf.ts";

/** Messages up to this size are read whole. */
const WHOLE_BYTES = 1 << 20;
const WINDOW_BYTES = 1 << 16;
const MAX_DEPTH = 32;
const MOST_FILES = 256;
/** Letters of a false name that are worth showing. */
const LONGEST_NAME = 200;
/** Fields looked at one by one: as many would take seconds. A graph has a few for each operator. */
const MOST_FIELDS = 1_000_000;

/**
 * The names of the files beside `path` that its tensors lie in.
 * Throws `model.corrupt` when it is no ONNX graph or names a file that is not beside it, `model.missing`.
 */
export async function externalLocations(path: string): Promise<string[]> {
  const size = await sizeOfFile(path);
  const file = await open(path, "r").catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  try {
    const scan = { path, window: new FileWindow(file), locations: new Set<string>(), fields: 0 };
    await scanMessage(scan, { start: 0, end: size }, "model", 0);
    return [...scan.locations];
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw corrupt(path, `is not an ONNX file (${messageOf(error)})`);
  } finally {
    await file.close();
  }
}

interface Scan {
  readonly path: string;
  readonly window: FileWindow;
  readonly locations: Set<string>;
  /** How many were looked at. */
  fields: number;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Goes through one message in the file, skipping the fields that no tensor can be reached through. */
async function scanMessage(scan: Scan, range: Range, kind: MessageKind, depth: number): Promise<void> {
  if (depth > MAX_DEPTH) throw corrupt(scan.path, "is nested too deeply");
  if (kind === "entry") throw corrupt(scan.path, "names a file in over a megabyte");
  const { end } = range;
  for (let offset = range.start; offset < end; ) {
    if (++scan.fields > MOST_FIELDS) throw corrupt(scan.path, "has too many parts");
    const head = readFieldHead(await scan.window.read(offset, Math.min(MOST_HEAD_BYTES, end - offset)), 0);
    const start = offset + head.headBytes;
    const body = { start, end: start + head.bodyBytes };
    if (body.end > end) throw new RangeError(`cut off at byte ${offset}`);
    const child = head.hasBytes ? childKind(kind, head.field) : undefined;
    if (child !== undefined) await scanChild(scan, body, child, depth + 1);
    offset = body.end;
  }
}

async function scanChild(scan: Scan, range: Range, kind: MessageKind, depth: number): Promise<void> {
  const size = range.end - range.start;
  if (size > WHOLE_BYTES) return scanMessage(scan, range, kind, depth);
  const bytes = await scan.window.read(range.start, size);
  visitEntries(bytes, kind, scan.path, depth, (location) => {
    if (!isPlainName(location))
      throw corrupt(scan.path, `refers to the file "${location.slice(0, LONGEST_NAME)}", not one beside it`);
    scan.locations.add(location);
    if (scan.locations.size > MOST_FILES) throw corrupt(scan.path, `refers to over ${MOST_FILES} files`);
  });
}

/** No folder, no drive, no "..": a file in the graph's own folder on every system. */
function isPlainName(location: string): boolean {
  return location !== "" && location !== "." && location !== ".." && !/[/\\:\0]/.test(location);
}

/** Reads pieces of a file mostly in order; small ones come from one buffer. */
class FileWindow {
  readonly #file: FileHandle;
  #bytes = new Uint8Array(0);
  #start = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Throws RangeError when the file ends before. */
  async read(offset: number, size: number): Promise<Uint8Array> {
    const from = offset - this.#start;
    if (from < 0 || from + size > this.#bytes.byteLength) await this.#fill(offset, size);
    const place = offset - this.#start;
    return this.#bytes.subarray(place, place + size);
  }

  async #fill(offset: number, size: number): Promise<void> {
    const buffer = new Uint8Array(Math.max(size, WINDOW_BYTES));
    const { bytesRead } = await this.#file.read(buffer, 0, buffer.byteLength, offset);
    if (bytesRead < size) throw new RangeError(`ends at byte ${offset + bytesRead}`);
    this.#bytes = buffer.subarray(0, bytesRead);
    this.#start = offset;
  }
}

function corrupt(path: string, seen: string): AppError {
  return new AppError("model.corrupt", `${path} ${seen}.`, {
    hint: "Get the file again from where the model came from.",
  });
}
