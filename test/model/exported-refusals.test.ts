/** Exported folders that are damaged, hostile or of another kind: a named error that says what is wrong. */
import { mkdir, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseExportedConfig } from "../../src/model/exported/exported-config.ts";
import { findGraph } from "../../src/model/exported/exported-folder.ts";
import { readInterface, type ValueMetadata } from "../../src/model/exported/exported-interface.ts";
import { openModel } from "../../src/model/onnx-model.ts";
import { ProtoMessage } from "../../src/model/protobuf.ts";
import type { AppError } from "../../src/shared/errors.ts";
import type { ExportOptions } from "./decoder-graph.ts";
import { temporaryFolder } from "./helpers.ts";
import { writeTinyExport } from "./tiny-export.ts";
import type { TinyOptions } from "./tiny-gpt2.ts";

const root = temporaryFolder();
let made = 0;

function folder(options?: ExportOptions, tiny?: TinyOptions): Promise<string> {
  return writeTinyExport(join(root, `export-${made++}`), options, tiny);
}

async function refusal(dir: string): Promise<unknown> {
  return openModel(dir).catch((error: unknown) => error);
}

const config = parseExportedConfig(
  { model_type: "llama", vocab_size: 300, n_positions: 64, n_embd: 32, n_layer: 2, n_head: 2 },
  "config.json",
);

describe("config.json", () => {
  const good = { vocab_size: 300, n_positions: 64, n_embd: 32, n_layer: 2, n_head: 2 };
  const cases: readonly (readonly [string, Record<string, unknown>, string, RegExp])[] = [
    ["layers beyond reason", { n_layer: 1e9 }, "model.corrupt", /n_layer/],
    ["a negative width", { n_embd: -1 }, "model.corrupt", /n_embd/],
    ["a vocabulary that is no number", { vocab_size: "many" }, "model.corrupt", /vocab_size/],
    ["infinite positions", { n_positions: 1e300 }, "model.corrupt", /n_positions/],
    ["heads that do not divide the width", { n_head: 3 }, "model.corrupt", /multiple of its 3 heads/],
    ["no layers at all", { n_layer: undefined }, "model.corrupt", /no n_layer or num_hidden_layers/],
    ["an encoder-decoder", { is_encoder_decoder: true }, "model.unsupported", /encoder-decoder/],
  ];
  it.each(cases)("%s", (_, change, code, message) => {
    const parse = () => parseExportedConfig({ ...good, ...change }, "config.json");
    expect(parse).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  it("is read by the names of either family", () => {
    const llama = { vocab_size: 300, max_position_embeddings: 9000, hidden_size: 32, num_hidden_layers: 2 };
    const heads = { num_attention_heads: 4, num_key_value_heads: 2, head_dim: 16, eos_token_id: [2, 3] };
    expect(parseExportedConfig({ ...llama, ...heads }, "")).toMatchObject({
      positions: 2048,
      ownPositions: 9000,
      keyValueHeads: 2,
      headSize: 16,
      endOfText: 2,
    });
  });
});

describe("a graph's inputs and outputs", () => {
  const value = (name: string, type: string, shape: readonly (number | string)[]): ValueMetadata => ({
    name,
    isTensor: true,
    type,
    shape,
  });
  const layers = [0, 1].flatMap((layer) => [`${layer}.key`, `${layer}.value`]);
  const inputs = [
    value("input_ids", "int64", ["B", "T"]),
    value("attention_mask", "int64", ["B", "P"]),
    ...layers.map((name) => value(`past_key_values.${name}`, "float32", ["B", 2, "P", 16])),
  ];
  const outputs = [
    value("logits", "float32", ["B", "T", 300]),
    ...layers.map((name) => value(`present.${name}`, "float32", ["B", 2, "P", 16])),
  ];
  const read = (inputMetadata: ValueMetadata[], outputMetadata: ValueMetadata[]) =>
    readInterface({ inputMetadata, outputMetadata }, config, "m.onnx");
  const without = (values: ValueMetadata[], name: string) => values.filter((one) => !one.name.includes(name));
  const replacing = (values: ValueMetadata[], name: string, change: Partial<ValueMetadata>) =>
    values.map((one) => (one.name === name ? { ...one, ...change } : one));

  it("are taken when they are whole", () => {
    expect(read(inputs, outputs)).toMatchObject({
      cacheType: "float32",
      takesMask: true,
      takesPositions: false,
    });
  });

  const cases: readonly (readonly [string, ValueMetadata[], ValueMetadata[], string, RegExp])[] = [
    ["no cache", without(inputs, "past"), outputs, "model.unsupported", /inputs past_key_values\.0\.key/],
    ["no tokens", without(inputs, "input_ids"), outputs, "model.unsupported", /inputs input_ids/],
    ["no logits", inputs, without(outputs, "logits"), "model.unsupported", /outputs logits/],
    [
      "a present missing",
      inputs,
      without(outputs, "1.value"),
      "model.unsupported",
      /outputs present\.1\.value/,
    ],
    [
      "an unknown input",
      [...inputs, value("encoder_hidden_states", "float32", [])],
      outputs,
      "model.unsupported",
      /asks for encoder_hidden_states/,
    ],
    [
      "a layer more than config.json",
      [...inputs, value("past_key_values.2.key", "float32", [])],
      outputs,
      "model.corrupt",
      /more layers than the 2/,
    ],
    [
      "tokens of another type",
      replacing(inputs, "input_ids", { type: "int32" }),
      outputs,
      "model.unsupported",
      /input_ids is int32/,
    ],
    [
      "another vocabulary",
      inputs,
      replacing(outputs, "logits", { shape: ["B", "T", 301] }),
      "model.corrupt",
      /vocabulary of 301, config\.json says 300/,
    ],
    [
      "other heads",
      replacing(inputs, "past_key_values.1.key", { shape: ["B", 4, "P", 16] }),
      outputs,
      "model.corrupt",
      /1\.key has 4 heads, config\.json says 2/,
    ],
    [
      "a cache of three dimensions",
      replacing(inputs, "past_key_values.0.key", { shape: ["BH", 16, "P"] }),
      outputs,
      "model.unsupported",
      /3 dimensions/,
    ],
    [
      "a cache of integers",
      inputs.map((one) => (one.name.startsWith("past") ? { ...one, type: "int8" } : one)),
      outputs,
      "model.unsupported",
      /cache holds int8/,
    ],
    [
      "a cache that comes back in another type",
      inputs,
      replacing(outputs, "present.1.key", { type: "float16" }),
      "model.unsupported",
      /output present\.1\.key is float16, its inputs are float32/,
    ],
    [
      "a fixed number of tokens",
      replacing(inputs, "input_ids", { shape: ["B", 64] }),
      outputs,
      "model.unsupported",
      /exactly 64 tokens/,
    ],
  ];
  it.each(cases)("%s", (_, changedInputs, changedOutputs, code, message) => {
    const reading = () => read(changedInputs, changedOutputs);
    expect(reading).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});

describe("an exported folder", () => {
  it("that was exported without a cache is refused with the way out", async () => {
    const dir = await folder({ file: "decoder_model.onnx" });
    expect(await refusal(dir)).toMatchObject({
      code: "model.unsupported",
      message: expect.stringContaining("decoder_model.onnx only"),
      hint: expect.stringContaining("text-generation-with-past"),
    });
  });

  it("with an input nobody can give", async () => {
    const seen = await refusal(await folder({ extraInput: "pixel_values" }));
    expect(seen).toMatchObject({
      code: "model.unsupported",
      message: expect.stringContaining("pixel_values"),
    });
  });

  it("whose config.json is of a larger model", async () => {
    const dir = await folder();
    const larger = {
      model_type: "gpt2",
      vocab_size: 260,
      n_positions: 64,
      n_embd: 64,
      n_layer: 3,
      n_head: 2,
    };
    await writeFile(join(dir, "config.json"), JSON.stringify(larger));
    expect(await refusal(dir)).toMatchObject({
      code: "model.unsupported",
      message: expect.stringContaining("past_key_values.2.key"),
    });
  });

  it("whose weights are gone, cut off, or whose graph is no graph", async () => {
    const gone = await folder();
    await rm(join(gone, "onnx/model.onnx.data"));
    expect(await refusal(gone)).toMatchObject({ code: "model.missing" });
    const cut = await folder();
    await truncate(join(cut, "onnx/model.onnx.data"), 100);
    expect(await refusal(cut)).toMatchObject({ code: "model.corrupt" });
    const garbage = await folder();
    await writeFile(join(garbage, "onnx/model.onnx"), Buffer.alloc(5000, 255));
    expect(await refusal(garbage)).toMatchObject({ code: "model.corrupt" });
    const half = await folder();
    await truncate(join(half, "onnx/model.onnx"), 2000);
    expect(await refusal(half)).toMatchObject({ code: "model.corrupt" });
  });

  it.each(["../outside.bin", "/etc/passwd", "sub/x.bin", "C:\\x.bin", "..", ""])(
    "whose graph refers to the file %j",
    async (location) => {
      const dir = await folder();
      await writeFile(join(dir, "onnx/model.onnx"), graphReferringTo(location).toBytes());
      expect(await refusal(dir)).toMatchObject({
        code: "model.corrupt",
        message: expect.stringContaining(`"${location}", not one beside it`),
      });
    },
  );

  it("whose graph hides such a file behind a large tensor in a message of over a megabyte", async () => {
    const dir = await folder();
    const padding = new ProtoMessage().bytes(9, new Uint8Array(3 << 20));
    const graph = new ProtoMessage().message(5, padding).message(5, tensorIn("../outside.bin"));
    await writeFile(join(dir, "onnx/model.onnx"), new ProtoMessage().message(7, graph).toBytes());
    expect(await refusal(dir)).toMatchObject({
      code: "model.corrupt",
      message: expect.stringContaining('"../outside.bin"'),
    });
  });

  const hidden: Readonly<Record<string, ProtoMessage>> = {
    // Readers in C++ skip a number in a field of text and keep the text before it.
    "behind a number in the field of its key": locationEntry("../outside.bin").int(1, 0),
    "in an entry of over a megabyte": locationEntry("../outside.bin").bytes(9, new Uint8Array(2 << 20)),
  };
  it.each(Object.entries(hidden))("whose graph hides such a file %s", async (_, entry) => {
    const dir = await folder();
    await writeFile(join(dir, "onnx/model.onnx"), graphWith(entry).toBytes());
    expect(await refusal(dir)).toMatchObject({
      code: "model.corrupt",
      message: expect.stringMatching(/"..\/outside.bin"|over a megabyte/),
    });
  });

  it("whose graph numbers a field beyond 32 bits, which other readers cut off", async () => {
    const dir = await folder();
    const graph = graphReferringTo("../outside.bin").toBytes();
    // The first tag, 7 * 8 + 2, with bit 35 set.
    const bytes = Buffer.concat([Buffer.from([0xba, 0x80, 0x80, 0x80, 0x80, 0x01]), graph.subarray(1)]);
    await writeFile(join(dir, "onnx/model.onnx"), bytes);
    expect(await refusal(dir)).toMatchObject({
      code: "model.corrupt",
      message: expect.stringContaining("no field"),
    });
  });

  it("whose graph has more parts than anyone could look at", async () => {
    const dir = await folder();
    await writeFile(join(dir, "onnx/model.onnx"), Buffer.alloc(3_000_000, Buffer.from([0x08, 0x01])));
    expect(await refusal(dir)).toMatchObject({
      code: "model.corrupt",
      message: expect.stringContaining("too many parts"),
    });
  });

  it.each(["config.json", "tokenizer.json", "onnx/model.onnx", "onnx/model.onnx.data"])(
    "whose %s is a folder, or never ends",
    async (name) => {
      const dir = await folder();
      await rm(join(dir, name));
      await mkdir(join(dir, name));
      const unreadable = { code: "model.unreadable", message: expect.stringContaining("not a regular file") };
      expect(await refusal(dir)).toMatchObject(unreadable);
      await rm(join(dir, name), { recursive: true });
      await symlink(process.platform === "win32" ? dir : "/dev/zero", join(dir, name));
      expect(await refusal(dir)).toMatchObject(unreadable);
    },
  );

  it("whose config.json is larger than any", async () => {
    const dir = await folder();
    await writeFile(join(dir, "config.json"), `[${"{},".repeat(2_000_000)}0]`);
    expect(await refusal(dir)).toMatchObject({
      code: "model.corrupt",
      message: expect.stringContaining("larger than"),
    });
  });

  it("with a million mistakes in one short line", async () => {
    const dir = await folder();
    const tokenizer = { added_tokens: new Array<null>(1_000_000).fill(null), model: { vocab: {} } };
    await writeFile(join(dir, "tokenizer.json"), JSON.stringify(tokenizer));
    const seen = (await refusal(dir)) as AppError;
    expect(seen.code).toBe("model.unsupported");
    expect(seen.message.length - dir.length).toBeLessThan(400);
  });

  it("of which only the graph is left", async () => {
    const dir = await folder();
    const path = join(root, "alone.onnx");
    await rename(join(dir, "onnx/model.onnx"), path);
    expect(await refusal(path)).toMatchObject({
      code: "model.missing",
      message: expect.stringContaining("config.json"),
    });
  });
});

function graphReferringTo(location: string): ProtoMessage {
  return graphWith(locationEntry(location));
}

function graphWith(entry: ProtoMessage): ProtoMessage {
  return new ProtoMessage().message(7, new ProtoMessage().message(5, tensorWith(entry)));
}

function tensorIn(location: string): ProtoMessage {
  return tensorWith(locationEntry(location));
}

function locationEntry(location: string): ProtoMessage {
  return new ProtoMessage().text(1, "location").text(2, location);
}

function tensorWith(entry: ProtoMessage): ProtoMessage {
  return new ProtoMessage().int(1, 4).int(2, 1).text(8, "w").message(13, entry).int(14, 1);
}

describe("findGraph", () => {
  const cases: readonly (readonly [string[], string])[] = [
    [["onnx/model_quantized.onnx", "onnx/model.onnx", "onnx/model_q4.onnx"], "onnx/model.onnx"],
    [["onnx/model_q4.onnx", "onnx/model_quantized.onnx"], "onnx/model_quantized.onnx"],
    [["decoder_model.onnx", "decoder_with_past_model.onnx"], "decoder_with_past_model.onnx"],
    [["onnx/decoder_model_merged.onnx", "decoder_with_past_model.onnx"], "onnx/decoder_model_merged.onnx"],
    [["model.onnx", "onnx/model.onnx"], "model.onnx"],
  ];
  it.each(cases)("of %j takes %s", async (files, expected) => {
    const dir = join(root, `graphs-${made++}`);
    await mkdir(join(dir, "onnx"), { recursive: true });
    for (const file of files) await writeFile(join(dir, file), "");
    expect(await findGraph(dir)).toBe(join(expected));
  });

  it("finds none where there is none of a known name", async () => {
    expect(await findGraph(join(root, "nowhere"))).toBeUndefined();
  });
});
