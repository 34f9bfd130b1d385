/**
 * A slow, plain Llama in float64: root-mean-square norms, rotated positions (halves, as Hugging Face stores them), grouped
 * queries, gated SiLU. Shares no code with src/model. Computes every position anew, without a cache.
 */

export interface LlamaShape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly inner: number;
  readonly vocabulary: number;
  readonly positions: number;
  readonly epsilon: number;
}

/** Matrices [inputs, outputs] and vectors by name. */
export type LlamaWeights = ReadonlyMap<string, Float32Array>;

type Rows = Float64Array[];

/** Logits [V] after each token. */
export function llamaLogits(shape: LlamaShape, weights: LlamaWeights, tokens: readonly number[]): Rows {
  const { width, layers, inner } = shape;
  const table = weights.get("embed")!;
  let x: Rows = tokens.map((token) => Float64Array.from(table.subarray(token * width, (token + 1) * width)));
  for (let layer = 0; layer < layers; layer++) {
    const w = (name: string) => weights.get(`${layer}.${name}`)!;
    x = sum(x, attention(shape, norm(x, w("norm1"), shape.epsilon), w));
    const normed = norm(x, w("norm2"), shape.epsilon);
    const [gate, up] = [linear(normed, w("gate"), inner), linear(normed, w("up"), inner)];
    const active = gate.map((row, t) => row.map((value, i) => (value / (1 + Math.exp(-value))) * up[t]![i]!));
    x = sum(x, linear(active, w("down"), width));
  }
  return linear(norm(x, weights.get("norm")!, shape.epsilon), weights.get("head")!, shape.vocabulary);
}

function attention(shape: LlamaShape, x: Rows, w: (name: string) => Float32Array): Rows {
  const { heads, keyValueHeads, headSize, width } = shape;
  const query = linear(x, w("q"), heads * headSize).map((row, t) => rotate(row, t, headSize));
  const key = linear(x, w("k"), keyValueHeads * headSize).map((row, t) => rotate(row, t, headSize));
  const value = linear(x, w("v"), keyValueHeads * headSize);
  const mixed = x.map(() => new Float64Array(heads * headSize));
  for (let head = 0; head < heads; head++) {
    const served = Math.floor((head * keyValueHeads) / heads) * headSize;
    for (let t = 0; t < x.length; t++) {
      const scores = key.slice(0, t + 1).map((row) => {
        let dot = 0;
        for (let i = 0; i < headSize; i++) dot += query[t]![head * headSize + i]! * row[served + i]!;
        return Math.exp(dot / Math.sqrt(headSize));
      });
      const total = scores.reduce((a, b) => a + b);
      for (const [past, score] of scores.entries())
        for (let i = 0; i < headSize; i++)
          mixed[t]![head * headSize + i]! += (score / total) * value[past]![served + i]!;
    }
  }
  return linear(mixed, w("o"), width);
}

/** Turns the pairs (i, i + D/2) of every head by position x 10000^(-2i/D). */
function rotate(row: Float64Array, position: number, headSize: number): Float64Array {
  const half = headSize / 2;
  return row.map((value, place) => {
    const i = place % headSize;
    const angle = position * 10000 ** ((-2 * (i % half)) / headSize);
    const partner = i < half ? -row[place + half]! : row[place - half]!;
    return value * Math.cos(angle) + partner * Math.sin(angle);
  });
}

function norm(x: Rows, gain: Float32Array, epsilon: number): Rows {
  return x.map((row) => {
    const meanSquare = row.reduce((total, value) => total + value * value, 0) / row.length;
    return row.map((value, i) => (value / Math.sqrt(meanSquare + epsilon)) * gain[i]!);
  });
}

function linear(x: Rows, weight: Float32Array, outputs: number): Rows {
  return x.map((row) =>
    new Float64Array(outputs).map((_, n) =>
      row.reduce((total, value, k) => total + value * weight[k * outputs + n]!, 0),
    ),
  );
}

function sum(a: Rows, b: Rows): Rows {
  return a.map((row, t) => row.map((value, i) => value + b[t]![i]!));
}
