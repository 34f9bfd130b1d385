/**
 * Checks an ONNX file before onnxruntime opens it: all external tensors must lie in `model.onnx.data` beside it, so that a
 * model folder cannot make the program read other files. Field numbers: onnx.proto3.
 */
import { readFile } from "node:fs/promises";
import { AppError, messageOf } from "../shared/errors.ts";
import { cannotRead, sizeOfFile } from "./model-files.ts";
import { WEIGHTS_FILE } from "./model-folder.ts";
import { readFields } from "./protobuf.ts";

/** Graphs written here have well under 1 MB; the weights are not in them. */
const MAX_GRAPH_BYTES = 256 * 1024 * 1024;
const MAX_DEPTH = 32;

export type MessageKind =
  | "model"
  | "graph"
  | "function"
  | "node"
  | "attribute"
  | "sparse"
  | "tensor"
  | "entry";

/** For each kind of message, the fields through which a tensor can be reached. */
const CHILDREN: Readonly<Record<MessageKind, Readonly<Record<number, MessageKind>>>> = {
  model: { 7: "graph", 25: "function" },
  graph: { 1: "node", 5: "tensor", 15: "sparse" },
  function: { 7: "node", 11: "attribute" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse" },
  sparse: { 1: "tensor", 2: "tensor" },
  tensor: { 13: "entry" },
  entry: {},
};

/** Throws `model.corrupt` when the file is no ONNX model or refers to a file other than `model.onnx.data`. */
export async function checkExternalData(path: string): Promise<void> {
  const bytes = await readGraph(path);
  try {
    visitEntries(bytes, "model", path, 0, (location) => {
      if (location !== WEIGHTS_FILE)
        throw corrupt(
          path,
          `refers to the file "${location.slice(0, 200)}", only ${WEIGHTS_FILE} is allowed`,
        );
    });
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw corrupt(path, `is not an ONNX file (${messageOf(error)})`);
  }
}

async function readGraph(path: string): Promise<Uint8Array> {
  const size = await sizeOfFile(path);
  if (size > MAX_GRAPH_BYTES) throw corrupt(path, `has ${size} bytes, too many for a graph`);
  return readFile(path).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
}

/** The kind of message in a field through which a tensor can be reached; undefined for all other fields. */
export function childKind(kind: MessageKind, field: number): MessageKind | undefined {
  return CHILDREN[kind][field];
}

/** Calls `onLocation` with each file that a tensor in the message lies in. Throws RangeError for bytes that are none. */
export function visitEntries(
  message: Uint8Array,
  kind: MessageKind,
  path: string,
  depth: number,
  onLocation: (location: string) => void,
): void {
  if (depth > MAX_DEPTH) throw corrupt(path, "is nested too deeply");
  if (kind === "entry") visitEntry(message, onLocation);
  for (const { field, bytes } of readFields(message)) {
    const child = childKind(kind, field);
    if (child !== undefined) visitEntries(bytes, child, path, depth + 1, onLocation);
  }
}

function visitEntry(entry: Uint8Array, onLocation: (location: string) => void): void {
  const texts = new Map<number, string>();
  for (const { field, bytes } of readFields(entry)) texts.set(field, Buffer.from(bytes).toString("utf8"));
  if (texts.get(1) === "location") onLocation(texts.get(2) ?? "");
}

function corrupt(path: string, seen: string): AppError {
  return new AppError("model.corrupt", `${path} ${seen}.`, { hint: "Import the model again." });
}
