/** A language model that tells what each evaluation cost, for measurements of the parts that use one. */
import type { LanguageModel, Sequence, TokenId } from "../src/model/types.ts";

/** One call of `evaluate`. `length` is the whole sequence's, `newTokens` what was not in its cache. */
export interface Evaluation {
  readonly length: number;
  readonly newTokens: number;
  readonly ms: number;
  /** By performance.now(). */
  readonly endedAt: number;
}

export interface WatchedModel {
  readonly model: LanguageModel;
  /** Empties the caches of all sequences, as far as one token. */
  forget(): Promise<void>;
}

export function watchEvaluations(
  inner: LanguageModel,
  onEvaluation: (evaluation: Evaluation) => void,
): WatchedModel {
  const sequences: Sequence[] = [];
  const createSequence = async () => {
    const sequence = await inner.createSequence();
    sequences.push(sequence);
    return watchSequence(sequence, onEvaluation);
  };
  const { info, tokenizer } = inner;
  /** No prompt begins with it: they begin with the end-of-text token. */
  const foreign: TokenId = tokenizer.endOfText === 0 ? 1 : 0;
  return {
    model: { info, tokenizer, createSequence, dispose: () => inner.dispose() },
    async forget() {
      for (const sequence of sequences) await sequence.evaluate([foreign]);
    },
  };
}

function watchSequence(inner: Sequence, onEvaluation: (evaluation: Evaluation) => void): Sequence {
  return {
    get tokens() {
      return inner.tokens;
    },
    async evaluate(tokens, signal) {
      const newTokens = tokens.length - commonPrefix(inner.tokens, tokens);
      const start = performance.now();
      const logits = await inner.evaluate(tokens, signal);
      const endedAt = performance.now();
      onEvaluation({ length: tokens.length, newTokens, ms: endedAt - start, endedAt });
      return logits;
    },
    score: (tokens, signal) => inner.score(tokens, signal),
    ...(inner.branch === undefined ? {} : { branch: (count: number) => inner.branch!(count) }),
    dispose: () => inner.dispose(),
  };
}

function commonPrefix(a: readonly TokenId[], b: readonly TokenId[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}
