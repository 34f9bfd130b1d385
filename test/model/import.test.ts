/** Importing: what it writes, what it refuses, and that a failure leaves nothing behind. */
import { cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { importModel } from "../../src/model/import.ts";
import { readModelFolder, verifyModel } from "../../src/model/model-folder.ts";
import { openModel } from "../../src/model/onnx-model.ts";
import { loadModel } from "../../src/model/worker-model.ts";
import { codeOf, temporaryFolder } from "./helpers.ts";
import { type TinyOptions, tinyTokenizerJson, writeTinyGpt2 } from "./tiny-gpt2.ts";

const root = temporaryFolder();
let made = 0;

async function source(options: TinyOptions = {}): Promise<string> {
  return writeTinyGpt2(join(root, `source-${made++}`), options);
}

/** A folder in which the import's leavings would be seen. */
async function emptyParent(): Promise<string> {
  const parent = join(root, `parent-${made++}`);
  await mkdir(parent);
  return parent;
}

describe("importModel", () => {
  it("writes a folder that loads and verifies, and says how far it is", async () => {
    const target = join(await emptyParent(), "tiny");
    const progress: number[] = [];
    const info = await importModel(await source(), target, { onProgress: (done) => progress.push(done) });
    expect(progress).toEqual([1 / 3, 2 / 3, 1]);
    expect(info).toMatchObject({ name: "tiny", quantization: "int8", layers: 2, width: 64, positions: 1024 });
    expect((await readdir(target)).sort()).toEqual([
      "config.json",
      "model.onnx",
      "model.onnx.data",
      "tokenizer.json",
    ]);
    await verifyModel(target);
  });

  it("gives the same bytes every time", async () => {
    const from = await source();
    const [a, b] = [join(root, "same-a"), join(root, "same-b")];
    await importModel(from, a);
    await importModel(from, b);
    expect((await readModelFolder(a)).manifest).toEqual((await readModelFolder(b)).manifest);
  });

  it("counts the parameters as the tensors do", async () => {
    const info = await importModel(await source(), join(root, `count-${made++}`));
    const block = 64 * 192 + 192 + 64 * 64 + 64 + 2 * (64 * 256) + 256 + 64 + 4 * 64;
    expect(info.parameters).toBe((260 + 1024) * 64 + 2 * block + 2 * 64);
  });

  it("reads vocab.json and merges.txt in place of tokenizer.json", async () => {
    const from = await source();
    const { model } = tinyTokenizerJson();
    await writeFile(join(from, "vocab.json"), JSON.stringify(model.vocab));
    await writeFile(join(from, "merges.txt"), `#version: 0.2\n${model.merges.join("\n")}\n`);
    await rm(join(from, "tokenizer.json"));
    const target = join(root, `pair-${made++}`);
    await importModel(from, target);
    const loaded = await openModel(target);
    const merged = "Ġthe";
    expect(loaded.tokenizer.encode(" the")).toEqual([model.vocab[merged]]);
    expect(loaded.tokenizer.bytesOf(259)).toEqual(new Uint8Array(0));
    await loaded.dispose();
  });

  it("brings the model's words along, sorted and checked, in both kinds of loading", async () => {
    const from = await source();
    await writeFile(join(from, "words.txt"), "lamp\r\ndon't\n\nabove\n");
    const target = join(root, `words-${made++}`);
    await importModel(from, target);
    await verifyModel(target);
    for (const load of [openModel, loadModel]) {
      const model = await load(target);
      expect(model.words).toEqual(["above", "don't", "lamp"]);
      await model.dispose();
    }
    await writeFile(join(target, "words.txt"), "above\ndon't\nLamp\n");
    expect(await codeOf(verifyModel(target))).toBe("model.checksum");
    expect(await codeOf(openModel(target))).toBe("model.corrupt");
    await writeFile(join(from, "words.txt"), "two words\n");
    expect(await codeOf(importModel(from, join(root, `words-${made++}`)))).toBe("model.corrupt");
  });

  it("leaves an existing folder as it is", async () => {
    const target = await emptyParent();
    expect(await codeOf(importModel(await source(), target))).toBe("model.exists");
    expect(await readdir(target)).toEqual([]);
  });

  it("leaves nothing when it is aborted", async () => {
    const parent = await emptyParent();
    const controller = new AbortController();
    const options = { signal: controller.signal, onProgress: () => controller.abort("stop") };
    await expect(importModel(await source(), join(parent, "tiny"), options)).rejects.toBe("stop");
    expect(await readdir(parent)).toEqual([]);
  });
});

const config = (change: Record<string, unknown>) => (folder: string) => editConfig(folder, change);

/** What is done to a sound folder, and the code of the refusal. */
const REFUSALS: Readonly<Record<string, readonly [string, (folder: string) => Promise<unknown>]>> = {
  "no config.json": ["model.missing", (folder) => rm(join(folder, "config.json"))],
  "no tokenizer.json": ["model.missing", (folder) => rm(join(folder, "tokenizer.json"))],
  "no weights": ["model.missing", (folder) => rm(join(folder, "model.safetensors"))],
  "only pickled weights": ["model.unsupported", keepOnlyPickle],
  "config.json that is no JSON": ["model.corrupt", (folder) => writeFile(join(folder, "config.json"), "{")],
  "config.json that is null": ["model.corrupt", (folder) => writeFile(join(folder, "config.json"), "null")],
  "another architecture": ["model.unsupported", config({ model_type: "llama" })],
  "an unknown activation": ["model.unsupported", config({ activation_function: "silu" })],
  "cross attention": ["model.unsupported", config({ add_cross_attention: true })],
  "a width not divisible by its heads": ["model.corrupt", config({ n_head: 3 })],
  "no layers": ["model.corrupt", config({ n_layer: 0 })],
  "a huge width": ["model.corrupt", config({ n_embd: 1e9 })],
  "a width of text": ["model.corrupt", config({ n_embd: "64" })],
  "more layers than weights": ["model.corrupt", config({ n_layer: 3 })],
  "another vocabulary than the weights": ["model.corrupt", config({ vocab_size: 300 })],
  "more positions than the weights": ["model.corrupt", config({ n_positions: 2048 })],
  "cut weights": ["model.corrupt", (folder) => truncate(join(folder, "model.safetensors"), 50_000)],
  "an untied head without weights": ["model.corrupt", config({ tie_word_embeddings: false })],
  "a shard outside the folder": ["model.corrupt", (folder) => writeIndex(folder, "../x.safetensors")],
  "a shard that is missing": ["model.corrupt", (folder) => writeIndex(folder, "x.safetensors")],
};

describe("refuses and leaves nothing", () => {
  it.each(Object.entries(REFUSALS))("%s", async (_, [code, damage]) => {
    const from = await source();
    await damage(from);
    const parent = await emptyParent();
    const refusal = await importModel(from, join(parent, "tiny")).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code, hint: expect.stringMatching(/\w/) });
    expect(await readdir(parent)).toEqual([]);
  });

  it("widths that cannot be quantised, with a way out", async () => {
    const from = await source({ config: { n_embd: 40 } });
    expect(await codeOf(importModel(from, join(root, `odd-${made++}`)))).toBe("model.unsupported");
  });
});

describe("a damaged model", () => {
  const sound = join(root, "sound");

  async function damaged(damage: (folder: string) => Promise<unknown>): Promise<string> {
    if (!(await stat(sound).catch(() => undefined))) await importModel(await source(), sound);
    const folder = join(root, `damaged-${made++}`);
    await cp(sound, folder, { recursive: true });
    await damage(folder);
    return folder;
  }

  const DAMAGES: Readonly<Record<string, readonly [string, (folder: string) => Promise<unknown>]>> = {
    "no config.json": ["model.missing", (folder) => rm(join(folder, "config.json"))],
    "no tokenizer.json": ["model.missing", (folder) => rm(join(folder, "tokenizer.json"))],
    "no model.onnx": ["model.missing", (folder) => rm(join(folder, "model.onnx"))],
    "no model.onnx.data": ["model.missing", (folder) => rm(join(folder, "model.onnx.data"))],
    "a cut graph": ["model.corrupt", (folder) => truncate(join(folder, "model.onnx"), 1000)],
    "cut weights": ["model.corrupt", (folder) => truncate(join(folder, "model.onnx.data"), 5000)],
    "an overwritten graph": ["model.corrupt", (folder) => overwrite(folder, "model.onnx")],
    "an overwritten tokenizer": ["model.corrupt", (folder) => overwrite(folder, "tokenizer.json")],
    "a graph of other heads": ["model.corrupt", config({ n_head: 4 })],
    "a graph of other layers": ["model.corrupt", config({ n_layer: 1 })],
    // Without its manifest it is taken for an exported decoder, and refused as one.
    "no manifest": ["model.unsupported", config({ brasslamp: undefined })],
    "a manifest of another kind": ["model.corrupt", config({ brasslamp: { formatVersion: 1 } })],
    "a later format": ["model.unsupported", laterFormat],
    "tensors in another file": ["model.corrupt", pointElsewhere],
  };

  it.each(Object.entries(DAMAGES))("%s", async (_, [code, damage]) => {
    const folder = await damaged(damage);
    const refusal = await openModel(folder).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: "AppError", code, hint: expect.stringMatching(/\w/) });
  });

  it("whose tensors lie in another file never reaches onnxruntime", async () => {
    const folder = await damaged(pointElsewhere);
    await expect(openModel(folder)).rejects.toThrow('refers to the file "../other.onnx.d"');
  });

  it("with one changed bit loads but does not verify", async () => {
    const folder = await damaged(async (copy) => {
      const path = join(copy, "model.onnx.data");
      const bytes = await readFile(path);
      bytes[70_000]! ^= 1;
      await writeFile(path, bytes);
    });
    expect(await codeOf(verifyModel(folder))).toBe("model.checksum");
    await (await openModel(folder)).dispose();
  });
});

async function editConfig(folder: string, change: Record<string, unknown>): Promise<void> {
  const path = join(folder, "config.json");
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, "utf8")), ...change }));
}

async function keepOnlyPickle(folder: string): Promise<void> {
  await rm(join(folder, "model.safetensors"));
  await writeFile(join(folder, "pytorch_model.bin"), "anything");
}

async function writeIndex(folder: string, shard: string): Promise<void> {
  await rm(join(folder, "model.safetensors"));
  const index = { weight_map: { "wte.weight": shard } };
  await writeFile(join(folder, "model.safetensors.index.json"), JSON.stringify(index));
}

async function overwrite(folder: string, file: string): Promise<void> {
  const { size } = await stat(join(folder, file));
  await writeFile(join(folder, file), Buffer.alloc(size, 0x3c));
}

async function laterFormat(folder: string): Promise<void> {
  const { brasslamp } = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
  await editConfig(folder, { brasslamp: { ...brasslamp, formatVersion: 2 } });
}

/** Changes the name of the data file inside the graph to another of the same length. */
async function pointElsewhere(folder: string): Promise<void> {
  const path = join(folder, "model.onnx");
  const graph = await readFile(path, "latin1");
  await cp(join(folder, "model.onnx.data"), join(folder, "../other.onnx.da"));
  await writeFile(path, graph.replace("model.onnx.data", "../other.onnx.d"), "latin1");
}
