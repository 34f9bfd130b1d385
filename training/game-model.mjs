/**
 * The game's own importer and runtime on the command line, for the steps `import` and `compare` of make.py. Run with tsx:
 *   npx tsx training/game-model.mjs import SOURCE TARGET [int8|int4|none]
 *   npx tsx training/game-model.mjs score MODEL < token-lists.jsonl     (one list a line -> its log probabilities a line)
 */
import { createInterface } from "node:readline";
import { importModel } from "../src/model/import.ts";
import { openModel } from "../src/model/onnx-model.ts";

const [verb, source, target, quantization = "int8"] = process.argv.slice(2);

if (verb === "import") {
  const info = await importModel(source, target, { quantization });
  console.log(
    `imported to ${target}: ${(info.parameters / 1e6).toFixed(2)}M parameters, ${(info.sizeBytes / 1e6).toFixed(2)} MB`,
  );
} else if (verb === "score") {
  const model = await openModel(source);
  const sequence = await model.createSequence();
  for await (const line of createInterface({ input: process.stdin })) {
    const { logProbabilities } = await sequence.score(JSON.parse(line));
    console.log(JSON.stringify([...logProbabilities]));
  }
  await sequence.dispose();
  await model.dispose();
} else {
  console.error("game-model.mjs: import SOURCE TARGET [int8|int4|none], or score MODEL");
  process.exitCode = 2;
}
