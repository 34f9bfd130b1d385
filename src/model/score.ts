/**
 * Log probabilities of a whole text, with a cache of its own. The logits of all positions are never in memory together:
 * slices are cut so that one has at most about 8 MB of them.
 */
import type { CachedGraph, RowCache } from "./cached-graph.ts";
import type { StopSignal } from "./stop-signal.ts";
import type { Score, TokenId } from "./types.ts";

const MOST_LOGITS = 2 * 1024 * 1024;

/** Scores tokens[1..] given those before; see Sequence.score. Checks `signal` between slices. */
export async function scoreTokens<C extends RowCache>(
  graph: CachedGraph<C>,
  tokens: readonly TokenId[],
  signal: StopSignal | undefined,
): Promise<Score> {
  const { vocabularySize } = graph.limits;
  const known = tokens.length - 1;
  const score = { logProbabilities: new Float32Array(known), top1: new Int32Array(known) };
  const cache = graph.createCache();
  const size = Math.max(1, Math.min(graph.sliceTokens, Math.floor(MOST_LOGITS / vocabularySize)));
  for (let start = 0; start < known; start += size) {
    signal?.throwIfAborted();
    const slice = tokens.slice(start, Math.min(start + size, known));
    const logits = await graph.run(cache, slice, 0);
    for (let i = 0; i < slice.length; i++) {
      const row = logits.subarray(i * vocabularySize, (i + 1) * vocabularySize);
      const { logProbability, top1 } = scoreRow(row, tokens[start + i + 1]!);
      score.logProbabilities[start + i] = logProbability;
      score.top1[start + i] = top1;
    }
  }
  return score;
}

/** Natural log of the softmax share of `token`, and the token with the largest logit (the first of equals). */
function scoreRow(logits: Float32Array, token: TokenId): { logProbability: number; top1: TokenId } {
  let top1 = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[top1]!) top1 = i;
  const max = logits[top1]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - max);
  return { logProbability: logits[token]! - max - Math.log(sum), top1 };
}
