/**
 * DRY, "don't repeat yourself" (p-e-w, text-generation-webui pull request 5677): a token that would prolong a run which
 * already occurred is penalised the harder, the longer the run.
 */
import type { TokenId } from "../../model/types.ts";

export interface DrySettings {
  /** Strength; 0 switches the rule off. */
  readonly multiplier: number;
  /** Growth for each token of the run beyond `allowedLength`; above 1. */
  readonly base: number;
  /** Longest run, in tokens, that may be repeated freely. */
  readonly allowedLength: number;
}

/** Runs longer than this are all treated alike; it keeps base^length finite and the search short. */
const LONGEST_RUN = 40;

/**
 * Subtracts multiplier * base^(run - allowedLength) from each token that would prolong a repeated run of at least
 * `allowedLength` tokens. A token in `breakers` (newline, quotes) ends a run. Mutates `logits` (V).
 */
export function applyDry(
  logits: Float32Array,
  history: readonly TokenId[],
  settings: DrySettings,
  breakers: ReadonlySet<TokenId>,
): void {
  if (settings.multiplier === 0) return;
  for (const [token, run] of repeatedRuns(history, breakers)) {
    if (run < settings.allowedLength) continue;
    logits[token] = logits[token]! - settings.multiplier * settings.base ** (run - settings.allowedLength);
  }
}

/** For each token that followed the history's ending before: the longest such ending, in tokens. */
function repeatedRuns(history: readonly TokenId[], breakers: ReadonlySet<TokenId>): Map<TokenId, number> {
  const runs = new Map<TokenId, number>();
  const last = history.length - 1;
  for (let end = last - 1; end >= 0; end--) {
    let run = 0;
    while (
      run < LONGEST_RUN &&
      end - run >= 0 &&
      history[end - run] === history[last - run] &&
      !breakers.has(history[end - run]!)
    )
      run++;
    const next = history[end + 1]!;
    if (run > (runs.get(next) ?? 0)) runs.set(next, run);
  }
  return runs;
}
