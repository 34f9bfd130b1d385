/**
 * The messages an ONNX file is made of, for every writer of one. Knows operators by name only.
 * Format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 (the field numbers below come from there).
 */
import { ProtoMessage } from "./protobuf.ts";

/** Numbers of TensorProto.DataType. */
const ONNX_TYPE = { float: 1, uint8: 2, int8: 3, int64: 7, bool: 9, float16: 10 } as const;
export type OnnxType = keyof typeof ONNX_TYPE;

/** Integers, integer lists and floats; a float must be marked, as ONNX types its attributes. */
type OnnxAttribute = number | readonly number[] | { readonly float: number };
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;

/** A size, or the name of one that is only known when the model runs. */
export type OnnxDimension = number | string;

const IR_VERSION = 10;
const OPSET = 21;
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

/** An operator whose inputs and outputs are names of values. */
export interface OnnxOperator {
  readonly op: string;
  /** "" leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly attributes?: OnnxAttributes;
  /** True for ONNX Runtime's own operators (domain com.microsoft). */
  readonly microsoft?: boolean;
}

/** A NodeProto; `name` is only shown. */
export function nodeMessage(node: OnnxOperator, outputs: readonly string[], name: string): ProtoMessage {
  const proto = new ProtoMessage();
  for (const input of node.inputs) proto.text(1, input);
  for (const output of outputs) proto.text(2, output);
  proto.text(3, `${node.op}_${name}`).text(4, node.op);
  for (const [key, value] of Object.entries(node.attributes ?? {}))
    proto.message(5, attributeMessage(key, value));
  return node.microsoft ? proto.text(7, "com.microsoft") : proto;
}

function attributeMessage(name: string, value: OnnxAttribute): ProtoMessage {
  const proto = new ProtoMessage().text(1, name);
  if (typeof value === "number") return proto.int(3, value).int(20, ATTRIBUTE_INT);
  if ("float" in value) return proto.float(2, value.float).int(20, ATTRIBUTE_FLOAT);
  for (const item of value) proto.int(8, item);
  return proto.int(20, ATTRIBUTE_INTS);
}

/** A ValueInfoProto: an input or output of a graph. */
export function valueMessage(
  name: string,
  type: OnnxType,
  dimensions: readonly OnnxDimension[],
): ProtoMessage {
  const shape = new ProtoMessage();
  for (const dimension of dimensions) {
    const proto = new ProtoMessage();
    shape.message(1, typeof dimension === "string" ? proto.text(2, dimension) : proto.int(1, dimension));
  }
  const tensor = new ProtoMessage().int(1, ONNX_TYPE[type]).message(2, shape);
  return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, tensor));
}

/** A TensorProto without its data. */
export function tensorMessage(name: string, type: OnnxType, dimensions: readonly number[]): ProtoMessage {
  const proto = new ProtoMessage();
  for (const dimension of dimensions) proto.int(1, dimension);
  return proto.int(2, ONNX_TYPE[type]).text(8, name);
}

/** A whole ModelProto. `graph` holds the fields of a GraphProto. */
export function modelMessage(producer: string, graph: ProtoMessage): ProtoMessage {
  const model = new ProtoMessage().int(1, IR_VERSION).text(2, producer).message(7, graph);
  model.message(8, new ProtoMessage().int(2, OPSET));
  return model.message(8, new ProtoMessage().text(1, "com.microsoft").int(2, 1));
}
