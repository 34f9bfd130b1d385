/** What one run of the graph is given beside the cache: T rows to add, and which rows each of them sees. */
import type { KvCache } from "./kv-cache.ts";
import type { TokenId } from "./types.ts";

/** Added to the score of a row that must not be seen; its share becomes exactly zero. */
export const HIDDEN = -1e30;

export interface RunInputs {
  readonly tokens: readonly TokenId[];
  /** Place of each token in its text. */
  readonly positions: readonly number[];
  /** [T, C + T]: 0 where a new row sees a row of the cache or a new one, HIDDEN elsewhere. */
  readonly attentionBias: Float32Array;
  /** The first of the T rows to return logits for; negative counts from the end. */
  readonly logitsFrom: number;
}

/** Tokens that follow one another, and those in the cache. */
export function nextTokens(cache: KvCache, tokens: readonly TokenId[], logitsFrom: number): RunInputs {
  const { length, capacity } = cache;
  const columns = capacity + tokens.length;
  const attentionBias = new Float32Array(tokens.length * columns);
  for (let row = 0; row < tokens.length; row++) {
    const start = row * columns;
    attentionBias.fill(HIDDEN, start + length, start + capacity);
    attentionBias.fill(HIDDEN, start + capacity + row + 1, start + columns);
  }
  return { tokens, positions: tokens.map((_, i) => length + i), attentionBias, logitsFrom };
}
