/** Who takes part in the side-by-side comparison, with which weights, and how their files are made. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { importModel } from "../src/model/import.ts";
import type { Quantization } from "../src/model/model-folder.ts";
import { writeGguf } from "./peers/gguf.ts";
import type { GgufType } from "./peers/gguf-blocks.ts";
import { EXPORT_FILES, writeOptimumExport } from "./peers/optimum-export.ts";
import type { ExportType } from "./peers/optimum-linear.ts";

/** What a program loads: a file, or a folder. */
export interface ModelFile {
  readonly path: string;
  /** MB (10^6 bytes) of graph and weights. */
  readonly sizeMb: number;
}

export interface Entry {
  /** Also the row's name in the tables. */
  readonly name: string;
  readonly program: "brasslamp" | "transformers-js" | "llama-cpp";
  /** Precision by the program's own name for it. */
  readonly type: string;
  /** Writes the Hugging Face model in `source` in the program's format, below `scratch`. */
  readonly write: (source: string, scratch: string) => Promise<ModelFile>;
}

/** In the order of a round: programs of the same precision follow each other. */
export function entriesOf(withFloat32: boolean): Entry[] {
  const float32 = [brasslamp("none", "fp32"), transformersJs("fp32"), llamaCpp("f32")];
  const quantized = [
    ...[brasslamp("int8"), transformersJs("q8"), llamaCpp("q8_0")],
    ...[brasslamp("int4"), transformersJs("q4"), llamaCpp("q4_0")],
  ];
  return withFloat32 ? [...quantized, ...float32] : quantized;
}

function brasslamp(quantization: Quantization, label: string = quantization): Entry {
  return {
    name: `brasslamp ${label}`,
    program: "brasslamp",
    type: quantization,
    async write(source, scratch) {
      const path = join(scratch, `brasslamp-${quantization}`);
      const { sizeBytes } = await importModel(source, path, { quantization });
      return { path, sizeMb: sizeBytes / 1e6 };
    },
  };
}

function transformersJs(type: ExportType): Entry {
  return {
    name: `transformers.js ${type}`,
    program: "transformers-js",
    type,
    async write(source, scratch) {
      const path = join(scratch, "export");
      await writeOptimumExport(source, path, type);
      return { path, sizeMb: await sizeMbOf(join(path, "onnx", EXPORT_FILES[type])) };
    },
  };
}

function llamaCpp(type: GgufType): Entry {
  return {
    name: `llama.cpp ${type.toUpperCase()}`,
    program: "llama-cpp",
    type,
    async write(source, scratch) {
      const path = join(scratch, `${type}.gguf`);
      await writeGguf(source, path, type);
      return { path, sizeMb: await sizeMbOf(path) };
    },
  };
}

async function sizeMbOf(path: string): Promise<number> {
  return (await stat(path)).size / 1e6;
}
