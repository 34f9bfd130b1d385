/** The weights of a Hugging Face GPT-2 folder as the peers' file writers need them, one tensor at a time. */
import { join } from "node:path";
import { type Gpt2Config, parseGpt2Config } from "../../src/model/gpt2-config.ts";
import { type Gpt2Weights, openGpt2Weights } from "../../src/model/gpt2-weights.ts";
import { readJsonFile } from "../../src/model/json-file.ts";

export interface Checkpoint {
  readonly config: Gpt2Config;
  readonly weights: Gpt2Weights;
}

/** A linear map of one block: its GPT-2 name behind `h.<layer>.`, inputs and outputs. */
export type LinearName = "attn.c_attn" | "attn.c_proj" | "mlp.c_fc" | "mlp.c_proj";

/** Opens the folder for the time of `work`. */
export async function withCheckpoint<T>(folder: string, work: (from: Checkpoint) => Promise<T>): Promise<T> {
  const path = join(folder, "config.json");
  const config = parseGpt2Config(await readJsonFile(path), path);
  const weights = await openGpt2Weights(folder, config);
  try {
    return await work({ config, weights });
  } finally {
    await weights.close();
  }
}

/** [inputs, outputs] of a block's linear map, which is also its shape in the file. */
export function linearShape({ width, innerWidth }: Gpt2Config, name: LinearName): [number, number] {
  if (name === "attn.c_attn") return [width, 3 * width];
  if (name === "attn.c_proj") return [width, width];
  return name === "mlp.c_fc" ? [width, innerWidth] : [innerWidth, width];
}

/** [rows, columns] to [columns, rows]. */
export function transposed(values: Float32Array, [rows, columns]: readonly [number, number]): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = values[row * columns + column]!;
  return result;
}
