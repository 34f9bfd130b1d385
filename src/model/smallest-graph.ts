/** An ONNX model that adds a number to itself: enough to find out whether a device works. Field numbers: onnx.proto3. */
import { modelMessage, nodeMessage, valueMessage } from "./onnx-messages.ts";
import { ProtoMessage } from "./protobuf.ts";

export function smallestGraph(): Uint8Array {
  const sum = nodeMessage({ op: "Add", inputs: ["x", "x"] }, ["y"], "sum");
  const graph = new ProtoMessage().message(1, sum).text(2, "smallest");
  graph.message(11, valueMessage("x", "float", [1])).message(12, valueMessage("y", "float", [1]));
  return modelMessage("brasslamp", graph).toBytes();
}
