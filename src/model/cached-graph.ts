/** What a sequence needs of a loaded graph, of whatever kind. */
import type { TokenId } from "./types.ts";

/** Keys and values of the tokens evaluated so far, as a graph keeps them. */
export interface RowCache {
  /** Forgets all rows from `length` on. */
  truncate(length: number): void;
}

/** What a sequence needs of a loaded graph. */
export interface CachedGraph<C extends RowCache> {
  readonly limits: { readonly positions: number; readonly vocabularySize: number };
  /** Most tokens of one run: bounds memory and the time until a stop is noticed. */
  readonly sliceTokens: number;
  createCache(): C;
  /**
   * Evaluates T tokens after those in `cache`, adds their rows to it and returns the logits of positions
   * `logitsFrom` to T - 1, [N, V]. Negative `logitsFrom` counts from the end. Throws `model.closed`, `model.failed`.
   */
  run(cache: C, tokens: readonly TokenId[], logitsFrom: number): Promise<Float32Array>;
}
