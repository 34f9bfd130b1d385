/**
 * Evens out the channels that quantised weights are multiplied with. Activations are rounded many channels at a time, so
 * one channel that is always large costs the others their precision; trained GPT-2s have such channels. Each one is divided
 * by a factor in the layer norm before it, and its weights are multiplied by the same: only the rounding changes.
 * Xiao et al. 2022, "SmoothQuant", with the size of a channel taken from the norm's own gain and shift, so that no text has
 * to be run through the model.
 */
import type { Gpt2Config } from "./gpt2-config.ts";
import type { Gpt2Weights } from "./gpt2-weights.ts";

/** How far a channel swings, in standard deviations of what the norm makes of it. */
const SWING = 3;

/** The tensors of one layer norm and of the linear layer that reads it. */
interface Pair {
  readonly gain: string;
  readonly shift: string;
  readonly linear: string;
  readonly outputs: number;
  /** Measured when it is first asked for. */
  factors?: Promise<Float32Array>;
}

/** The same model with even channels. */
export function smoothWeights(weights: Gpt2Weights, config: Gpt2Config): Gpt2Weights {
  const pairs = new Map(
    pairsOf(config).flatMap((pair) => [pair.gain, pair.shift, pair.linear].map((name) => [name, pair])),
  );
  return {
    readRows: (name, shape, first, count) => weights.readRows(name, shape, first, count),
    close: () => weights.close(),
    async read(name, shape) {
      const values = await weights.read(name, shape);
      const pair = pairs.get(name);
      if (pair === undefined) return values;
      pair.factors ??= measureFactors(weights, pair, config.width);
      const factors = await pair.factors;
      if (name === pair.linear) multiplyRows(values, factors);
      else for (const [i, factor] of factors.entries()) values[i] = values[i]! / factor;
      return values;
    },
  };
}

function pairsOf({ layers, width, innerWidth }: Gpt2Config): Pair[] {
  const pair = (norm: string, linear: string, outputs: number): Pair => ({
    gain: `${norm}.weight`,
    shift: `${norm}.bias`,
    linear: `${linear}.weight`,
    outputs,
  });
  return Array.from({ length: layers }, (_, i) => [
    pair(`h.${i}.ln_1`, `h.${i}.attn.c_attn`, 3 * width),
    pair(`h.${i}.ln_2`, `h.${i}.mlp.c_fc`, innerWidth),
  ]).flat();
}

/** Makes a channel's expected size and the size of its weights the same: the root of their ratio. */
async function measureFactors(weights: Gpt2Weights, pair: Pair, width: number): Promise<Float32Array> {
  const gain = await weights.read(pair.gain, [width]);
  const shift = await weights.read(pair.shift, [width]);
  const linear = await weights.read(pair.linear, [width, pair.outputs]);
  return Float32Array.from({ length: width }, (_, i) => {
    const channel = SWING * Math.abs(gain[i]!) + Math.abs(shift[i]!);
    const factor = Math.sqrt(channel / rootMeanSquare(linear, i * pair.outputs, pair.outputs));
    // A channel without weights, or weights without a channel: nothing to even out.
    return factor > 0 && Number.isFinite(factor) ? factor : 1;
  });
}

function rootMeanSquare(values: Float32Array, start: number, count: number): number {
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum / count);
}

/** Each factor is one row's. */
function multiplyRows(values: Float32Array, factors: Float32Array): void {
  const columns = values.length / factors.length;
  for (const [row, factor] of factors.entries())
    for (let i = row * columns; i < (row + 1) * columns; i++) values[i] = values[i]! * factor;
}
