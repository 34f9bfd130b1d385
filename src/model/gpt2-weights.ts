/**
 * The weights of a GPT-2 in a Hugging Face folder, whatever their file layout: one `model.safetensors` or shards with an
 * index, names with or without the `transformer.` prefix, tied or separate output layer. Checks every shape.
 */
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { AppError } from "../shared/errors.ts";
import type { Gpt2Config } from "./gpt2-config.ts";
import { readJsonFile } from "./json-file.ts";
import { exists } from "./model-files.ts";
import { openSafetensors, type TensorSource } from "./safetensors.ts";

const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/** Reads tensors by their GPT-2 name (`h.0.attn.c_attn.weight`), as float32. */
export interface Gpt2Weights {
  /** A whole tensor. Throws `model.corrupt` when it is missing or of another shape. */
  read(name: string, shape: readonly number[]): Promise<Float32Array>;
  /** `count` rows from row `first` of a tensor of this shape. */
  readRows(name: string, shape: readonly number[], first: number, count: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Opens the weights of a folder. Throws `model.missing`, `model.corrupt`, `model.unsupported`. */
export async function openGpt2Weights(folder: string, config: Gpt2Config): Promise<Gpt2Weights> {
  const source = await openSource(folder);
  try {
    return weightsOver(source, folder, config);
  } catch (error) {
    await source.close();
    throw error;
  }
}

function weightsOver(source: TensorSource, folder: string, config: Gpt2Config): Gpt2Weights {
  const prefix = source.names.includes("transformer.wte.weight") ? "transformer." : "";
  const fullName = (name: string) => (name === "lm_head.weight" ? name : prefix + name);
  const check = (name: string, shape: readonly number[]) => {
    const seen = source.shapeOf(fullName(name));
    if (seen === undefined) throw corrupt(folder, `${fullName(name)} is missing`);
    if (seen.join() !== shape.join())
      throw corrupt(folder, `${fullName(name)} has shape [${seen}], config.json asks for [${shape}]`);
  };
  check("wte.weight", [config.vocabularySize, config.width]);
  return {
    read(name, shape) {
      check(name, shape);
      return source.readRows(fullName(name), 0, shape[0]!);
    },
    readRows(name, shape, first, count) {
      check(name, shape);
      return source.readRows(fullName(name), first, count);
    },
    close: () => source.close(),
  };
}

async function openSource(folder: string): Promise<TensorSource> {
  if (await exists(join(folder, SINGLE))) return openSafetensors(join(folder, SINGLE));
  if (await exists(join(folder, INDEX))) return openShards(folder);
  const files = await readdir(folder);
  if (files.some((file) => /\.(bin|pt|pth|ckpt|h5|msgpack)$/.test(file))) throw pickleRefused(folder);
  throw new AppError("model.missing", `${folder} has no ${SINGLE}.`, {
    hint: "Give a folder with config.json, tokenizer.json and model.safetensors.",
  });
}

async function openShards(folder: string): Promise<TensorSource> {
  const path = join(folder, INDEX);
  const index = indexSchema.safeParse(await readJsonFile(path));
  if (!index.success) throw corrupt(path, "it has no weight_map");
  const shards = new Map<string, TensorSource>();
  try {
    for (const file of new Set(Object.values(index.data.weight_map))) {
      if (file !== basename(file) || !(await exists(join(folder, file))))
        throw corrupt(path, `it names the shard "${file}", which is not in the folder`);
      shards.set(file, await openSafetensors(join(folder, file)));
    }
  } catch (error) {
    await closeAll(shards.values());
    throw error;
  }
  return joinShards(path, new Map(Object.entries(index.data.weight_map)), shards);
}

function joinShards(
  path: string,
  places: ReadonlyMap<string, string>,
  shards: ReadonlyMap<string, TensorSource>,
): TensorSource {
  const shardOf = (name: string) => shards.get(places.get(name) ?? "");
  return {
    names: [...places.keys()],
    shapeOf: (name) => shardOf(name)?.shapeOf(name),
    async readRows(name, first, count) {
      const shard = shardOf(name);
      if (shard === undefined) throw corrupt(path, `tensor ${name} is missing`);
      return shard.readRows(name, first, count);
    },
    close: () => closeAll(shards.values()),
  };
}

async function closeAll(sources: Iterable<TensorSource>): Promise<void> {
  for (const source of sources) await source.close();
}

function corrupt(path: string, seen: string): AppError {
  return new AppError("model.corrupt", `The weights in ${path} do not fit: ${seen}.`, {
    hint: "config.json and the weights must come from the same model.",
  });
}

/** Pickled files can run any code when they are read, so they are never opened. */
function pickleRefused(folder: string): AppError {
  return new AppError("model.unsupported", `${folder} has weights only in a format that can run code.`, {
    hint: "Convert them with Hugging Face transformers: model.save_pretrained(folder, safe_serialization=True).",
  });
}
