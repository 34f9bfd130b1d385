/**
 * Finds out how many tokens an exported decoder may be given at once. Some exports were traced with a single token after
 * the cache and then leave out the causal mask, or refuse; evaluated token by token they are still right.
 */
import type { TokenId } from "../types.ts";
import type { ExportedSession } from "./exported-session.ts";

/** Most tokens in one run: bounds memory and the time until a stop is noticed. */
const MOST_TOKENS = 128;
/** A run returns the logits of all its tokens: at most about 32 MB of them. */
const MOST_LOGITS = 8 * 1024 * 1024;
/** Quantised graphs round differently for each cut; a missing mask changes the logits by about as much as they vary. */
const TOLERANCE = 0.3;

/** 1 when cutting a text differently changes its logits; else as many as memory allows, at most 128. */
export async function findSliceTokens(session: ExportedSession): Promise<number> {
  if (session.interface.takesOneToken) return 1;
  const tokens = probeTokens(session.config.vocabularySize);
  const oneByOne = await logitsOf(session, tokens, [1, 2, 3, 4, 5]);
  const cuts = [[5], [1, 5], [2, 5]];
  for (const cut of cuts) {
    const other = await logitsOf(session, tokens, cut).catch(() => undefined);
    if (other === undefined || relativeDifference(oneByOne, other) > TOLERANCE) return 1;
  }
  return Math.max(
    1,
    Math.min(MOST_TOKENS, 2 ** Math.floor(Math.log2(MOST_LOGITS / session.config.vocabularySize))),
  );
}

/** Five tokens spread over the vocabulary. */
function probeTokens(vocabularySize: number): TokenId[] {
  return [1, 2, 3, 4, 5].map((part) => Math.floor((vocabularySize * part) / 7));
}

/** Logits of all tokens, [T, V], evaluated in runs that end at `ends`. */
async function logitsOf(
  session: ExportedSession,
  tokens: readonly TokenId[],
  ends: readonly number[],
): Promise<Float32Array> {
  const { vocabularySize } = session.config;
  const all = new Float32Array(tokens.length * vocabularySize);
  const cache = session.createCache();
  for (const end of ends) {
    const start = cache.length;
    all.set(await session.run(cache, tokens.slice(start, end)), start * vocabularySize);
  }
  return all;
}

/** Root mean square of the difference, in units of the logits' own deviation (their common height says nothing). */
function relativeDifference(a: Float32Array, b: Float32Array): number {
  const mean = a.reduce((sum, value) => sum + value, 0) / a.length;
  let difference = 0;
  let spread = 0;
  for (let i = 0; i < a.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    spread += (a[i]! - mean) ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / spread);
}
