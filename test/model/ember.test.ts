/** The built-in narrator as it is shipped: its 8-bit weights against the float32 ones it was made from. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openModel } from "../../src/model/onnx-model.ts";
import type { LanguageModel } from "../../src/model/types.ts";
import { EMBER } from "./fixed-files.ts";
import { argmax } from "./helpers.ts";

interface Fixture {
  readonly weightsSha256: string;
  readonly documents: readonly { tokens: number[]; top1: number[]; logProbabilities: number[] }[];
}

const fixture: Fixture = JSON.parse(
  readFileSync(new URL("fixtures/ember-float32.json", import.meta.url), "utf8"),
);
let ember: LanguageModel;

beforeAll(async () => {
  ember = await openModel(EMBER);
});
afterAll(() => ember.dispose());

describe("8 bits against float32 on held-out adventures", () => {
  it("are compared for the weights that are shipped", () => {
    expect(fixture.weightsSha256, "run bench/make-ember-float32.ts").toBe(ember.info.sha256);
  });

  it("agree on the likeliest token at 95 % of the places, and on the text within 1 %", async () => {
    const sequence = await ember.createSequence();
    let [places, agreed, float32, int8] = [0, 0, 0, 0];
    for (const { tokens, top1, logProbabilities } of fixture.documents) {
      const score = await sequence.score(tokens);
      places += top1.length;
      agreed += top1.filter((token, i) => score.top1[i] === token).length;
      float32 += sum(logProbabilities);
      int8 += sum(score.logProbabilities);
    }
    expect(places).toBeGreaterThan(1000);
    expect(agreed / places).toBeGreaterThanOrEqual(0.95);
    expect(int8 / float32).toBeGreaterThan(0.99);
    expect(int8 / float32).toBeLessThan(1.01);
  });

  it("agree as well when the text is read token by token", async () => {
    const { tokens, top1 } = fixture.documents[0]!;
    const sequence = await ember.createSequence();
    let agreed = 0;
    for (let length = 1; length <= 300; length++)
      if (argmax(await sequence.evaluate(tokens.slice(0, length))) === top1[length - 1]) agreed++;
    expect(agreed / 300).toBeGreaterThanOrEqual(0.95);
  });
});

it("tells in its model card the checksums of the files that are shipped", () => {
  const card = readFileSync(join(EMBER, "MODEL_CARD.md"), "utf8");
  for (const file of ["config.json", "tokenizer.json", "model.onnx", "model.onnx.data"]) {
    const hash = createHash("sha256").update(readFileSync(join(EMBER, file)));
    expect(card).toContain(`${hash.digest("hex")}  ${file}`);
  }
});

function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value, 0);
}
