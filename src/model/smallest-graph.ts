/** An ONNX model that adds a number to itself: enough to find out whether a device works. Field numbers: onnx.proto3. */
import { ProtoMessage } from "./protobuf.ts";

const FLOAT = 1;

export function smallestGraph(): Uint8Array {
  const node = new ProtoMessage().text(1, "x").text(1, "x").text(2, "y").text(4, "Add");
  const graph = new ProtoMessage().message(1, node).text(2, "smallest");
  graph.message(11, oneNumber("x")).message(12, oneNumber("y"));
  const opset = new ProtoMessage().int(2, 21);
  return new ProtoMessage().int(1, 10).message(7, graph).message(8, opset).toBytes();
}

function oneNumber(name: string): ProtoMessage {
  const shape = new ProtoMessage().message(1, new ProtoMessage().int(1, 1));
  const tensor = new ProtoMessage().int(1, FLOAT).message(2, shape);
  return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, tensor));
}
