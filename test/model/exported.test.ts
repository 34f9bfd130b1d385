/** Exported decoders run as they are and compute what the plain reference computes, however a text is cut. */
import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findModel, listModels } from "../../src/model/catalog.ts";
import { openModel } from "../../src/model/onnx-model.ts";
import type { LanguageModel } from "../../src/model/types.ts";
import { loadModel } from "../../src/model/worker-model.ts";
import { expectHistoryIsForgotten, expectSameBitsAgain } from "./any-history.ts";
import type { ExportOptions } from "./decoder-graph.ts";
import { argmax, codeOf, largestDifference, someTokens, temporaryFolder } from "./helpers.ts";
import { ReferenceGpt2 } from "./reference-gpt2.ts";
import { writeTinyExport } from "./tiny-export.ts";

const root = temporaryFolder();
const opened: LanguageModel[] = [];
let made = 0;

afterAll(() => Promise.all(opened.map((model) => model.dispose())));

async function openExport(options: ExportOptions = {}): Promise<{ dir: string; model: LanguageModel }> {
  const dir = await writeTinyExport(join(root, `export-${made++}`), options);
  const model = await openModel(dir);
  opened.push(model);
  return { dir, model };
}

describe("an exported GPT-2 against the reference", () => {
  const variants: Readonly<Record<string, ExportOptions>> = {
    "with positions": {},
    "without positions": { positions: false },
    "merged, with use_cache_branch": { merged: true, file: "onnx/decoder_model_merged.onnx" },
    "beside config.json": { file: "model.onnx" },
    "with past, by its older name": { file: "decoder_with_past_model.onnx" },
    "asking how many logits to keep": { extraInput: "num_logits_to_keep" },
    "that is right only token by token": { losesMask: true },
  };
  it.each(Object.entries(variants))("%s: the same logits after any cut", async (_, options) => {
    const { dir, model } = await openExport(options);
    const tokens = someTokens(140, 260);
    const reference = new ReferenceGpt2(dir).logits(
      tokens,
      tokens.map((_, i) => i),
    );
    const sequence = await model.createSequence();
    for (const length of [1, 2, 9, 8, 140, 30, 31, 129]) {
      const logits = await sequence.evaluate(tokens.slice(0, length));
      expect(largestDifference(logits, reference[length - 1]!)).toBeLessThan(1e-3);
      expect(sequence.tokens).toEqual(tokens.slice(0, length));
    }
  });

  it("float16: near the reference, and its cache is reused", async () => {
    const { dir, model } = await openExport({ type: "float16", file: "onnx/model_fp16.onnx" });
    expect(model.info.quantization).toBe("float16");
    const tokens = someTokens(40, 260);
    const expected = new ReferenceGpt2(dir).logits(tokens, [19, 39]);
    const sequence = await model.createSequence();
    await sequence.evaluate(tokens);
    expect(largestDifference(await sequence.evaluate(tokens.slice(0, 20)), expected[0]!)).toBeLessThan(0.02);
    expect(largestDifference(await sequence.evaluate(tokens), expected[1]!)).toBeLessThan(0.02);
  });

  it("equals a fresh evaluation after any history of calls", async () => {
    await expectHistoryIsForgotten((await openExport()).model, 200);
  });

  it("gives the same bits when the logits of an earlier place are asked for again", async () => {
    await expectSameBitsAgain((await openExport()).model);
  });

  it("scores a text as the reference does and leaves the sequence alone", async () => {
    const { dir, model } = await openExport();
    const tokens = someTokens(150, 260, 5);
    const sequence = await model.createSequence();
    await sequence.evaluate([5, 6]);
    const score = await sequence.score(tokens);
    expect(sequence.tokens).toEqual([5, 6]);
    const positions = [0, 127, 128, 148];
    const rows = new ReferenceGpt2(dir).logits(tokens, positions);
    for (const [i, position] of positions.entries()) {
      const sum = rows[i]!.reduce((total, logit) => total + Math.exp(logit), 0);
      const expected = rows[i]![tokens[position + 1]!]! - Math.log(sum);
      expect(score.top1[position]).toBe(argmax(rows[i]!));
      expect(score.logProbabilities[position]).toBeCloseTo(expected, 3);
    }
  });
});

describe("an exported GPT-2 as a model like others", () => {
  it("stops between slices, keeps what it has and goes on to the same bits", async () => {
    const { model } = await openExport();
    const tokens = someTokens(600, 260);
    const whole = Float32Array.from(await (await model.createSequence()).evaluate(tokens));
    const sequence = await model.createSequence();
    const controller = new AbortController();
    setImmediate(() => controller.abort("enough"));
    await expect(sequence.evaluate(tokens, controller.signal)).rejects.toBe("enough");
    expect(sequence.tokens.length).toBeLessThan(600);
    expect(await sequence.evaluate(tokens)).toEqual(whole);
  });

  it("gives the same bits in a thread of its own", async () => {
    const { dir, model } = await openExport();
    const threaded = await loadModel(dir);
    opened.push(threaded);
    const [here, there] = [await model.createSequence(), await threaded.createSequence()];
    const tokens = someTokens(200, 260);
    for (const length of [200, 90, 91])
      expect(Array.from(await there.evaluate(tokens.slice(0, length)))).toEqual(
        Array.from(await here.evaluate(tokens.slice(0, length))),
      );
    expect(await there.score(tokens)).toEqual(await here.score(tokens));
    expect(threaded.info).toEqual(model.info);
  });

  it.each([
    ["model.emptyInput", []],
    ["model.contextOverflow", new Array<number>(1025).fill(1)],
    ["model.badToken", [260]],
  ])("refuses with %s", async (code, tokens) => {
    const { model } = await openExport();
    expect(await codeOf((await model.createSequence()).evaluate(tokens))).toBe(code);
  });

  it("refuses after dispose", async () => {
    const { model } = await openExport();
    const sequence = await model.createSequence();
    await model.dispose();
    expect(await codeOf(sequence.evaluate([1]))).toBe("model.closed");
  });

  it("is found by path, by the path of one graph, and in the player's folder", async () => {
    const dir = await writeTinyExport(join(root, "several"));
    await writeTinyExport(join(root, "q4-source"), { file: "onnx/model_q4.onnx" });
    await cp(join(root, "q4-source/onnx"), join(dir, "onnx"), { recursive: true });
    const home = process.env.BRASSLAMP_HOME;
    process.env.BRASSLAMP_HOME = join(root, "home");
    try {
      await mkdir(join(root, "home/models"), { recursive: true });
      await cp(dir, join(root, "home/models/several"), { recursive: true });
      expect(await findModel("several")).toBe(join(root, "home/models/several"));
      const entry = (await listModels()).find(({ name }) => name === "several");
      expect(entry).toMatchObject({ info: { quantization: "float32", layers: 2, positions: 1024 } });
      const q4 = await openModel(await findModel(join(dir, "onnx/model_q4.onnx")));
      opened.push(q4);
      expect(q4.info).toMatchObject({ name: "several", quantization: "int4" });
      expect(q4.tokenizer.decode(q4.tokenizer.encode("the heart"))).toBe("the heart");
    } finally {
      if (home === undefined) delete process.env.BRASSLAMP_HOME;
      else process.env.BRASSLAMP_HOME = home;
      await rm(join(root, "home"), { recursive: true });
    }
  });
});
