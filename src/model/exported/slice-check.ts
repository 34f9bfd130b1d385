/**
 * Finds out whether an exported decoder may be given several tokens at once. Some exports were traced with a single token
 * after the cache and then leave out the causal mask, or refuse; evaluated token by token they are still right.
 */
import type { CachedGraph } from "../cached-graph.ts";
import { runFailed } from "../runtime-session.ts";
import type { TokenId } from "../types.ts";
import type { ExportedCache } from "./exported-cache.ts";

/** Quantised graphs round differently for each cut; a missing mask changes the logits by about as much as they vary. */
const TOLERANCE = 0.3;

/** False when cutting a text differently changes its logits. Throws `model.failed` when the graph computes no numbers. */
export async function takesSlices(graph: CachedGraph<ExportedCache>): Promise<boolean> {
  const tokens = probeTokens(graph.limits.vocabularySize);
  const oneByOne = await logitsOf(graph, tokens, [1, 2, 3, 4, 5]);
  if (oneByOne.some(Number.isNaN)) throw runFailed("it computes numbers that are none");
  const cuts = [[5], [1, 5], [2, 5]];
  for (const cut of cuts) {
    const other = await logitsOf(graph, tokens, cut).catch(() => undefined);
    if (other === undefined || relativeDifference(oneByOne, other) > TOLERANCE) return false;
  }
  return true;
}

/** Five tokens spread over the vocabulary. */
function probeTokens(vocabularySize: number): TokenId[] {
  return [1, 2, 3, 4, 5].map((part) => Math.floor((vocabularySize * part) / 7));
}

/** Logits of all tokens, [T, V], evaluated in runs that end at `ends`. */
async function logitsOf(
  graph: CachedGraph<ExportedCache>,
  tokens: readonly TokenId[],
  ends: readonly number[],
): Promise<Float32Array> {
  const { vocabularySize } = graph.limits;
  const all = new Float32Array(tokens.length * vocabularySize);
  const cache = graph.createCache();
  for (const end of ends) {
    const start = cache.length;
    all.set(await graph.run(cache, tokens.slice(start, end), 0), start * vocabularySize);
  }
  return all;
}

/**
 * Root mean square of the difference, in units of the logits' own deviation (their common height says nothing). Tokens that a
 * graph rules out have logits of minus infinity, and no part in the deviation.
 */
function relativeDifference(a: Float32Array, b: Float32Array): number {
  const possible = a.filter(Number.isFinite);
  const mean = possible.reduce((sum, value) => sum + value, 0) / possible.length;
  const spread = possible.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  let difference = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) difference += (a[i]! - b[i]!) ** 2;
  return difference === 0 ? 0 : Math.sqrt(difference / spread);
}
