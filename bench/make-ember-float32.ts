/**
 * Writes test/model/fixtures/ember-float32.json: what the built-in narrator's float32 weights, computed by the plain reference, say about the
 * held-out adventures. Run it when the narrator changes, with the folder it was imported from:
 *
 *     npx tsx bench/make-ember-float32.ts <folder with model.safetensors>
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readModelFolder } from "../src/model/model-folder.ts";
import { loadTokenizer } from "../src/model/tokenizer.ts";
import { EMBER, HELD_OUT } from "../test/model/fixed-files.ts";
import { ReferenceGpt2 } from "../test/model/reference-gpt2.ts";

async function main(): Promise<void> {
  const source = process.argv[2]!;
  const { config, info } = await readModelFolder(EMBER);
  const tokenizer = await loadTokenizer(join(EMBER, "tokenizer.json"), config);
  const reference = new ReferenceGpt2(source);
  const documents = HELD_OUT.split("\n<|endoftext|>\n").map((text) => {
    const tokens = [tokenizer.endOfText, ...tokenizer.encode(text)].slice(0, config.positions);
    return { tokens, ...judge(reference, tokens) };
  });
  const fixture = { weightsSha256: info.sha256, documents };
  writeFileSync(
    new URL("../test/model/fixtures/ember-float32.json", import.meta.url),
    `${JSON.stringify(fixture)}\n`,
  );
}

/** For each token but the last: the most likely next one, and the log probability of the one that came. */
function judge(
  reference: ReferenceGpt2,
  tokens: readonly number[],
): { top1: number[]; logProbabilities: number[] } {
  const positions = tokens.slice(1).map((_, i) => i);
  const rows = reference.logits(tokens, positions);
  const top1 = rows.map((row) => row.indexOf(Math.max(...row)));
  const logProbabilities = rows.map((row, i) => {
    const max = row[top1[i]!]!;
    const sum = row.reduce((total, logit) => total + Math.exp(logit - max), 0);
    return Number((row[tokens[i + 1]!]! - max - Math.log(sum)).toFixed(4));
  });
  return { top1, logProbabilities };
}

await main();
