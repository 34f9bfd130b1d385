/** A language model that tells what each evaluation cost, for measurements of the parts that use one. */
import type { Branches, LanguageModel, Sequence, TokenId } from "../src/model/types.ts";

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
    ...(inner.branch === undefined
      ? {}
      : {
          branch: async (count: number, from?: readonly number[]) =>
            watchBranches(await inner.branch!(count, from), inner.tokens.length, onEvaluation),
        }),
    dispose: () => inner.dispose(),
  };
}

/** A step of several branches is one evaluation; its length is that of the sequence and its longest branch. */
function watchBranches(
  inner: Branches,
  shared: number,
  onEvaluation: (evaluation: Evaluation) => void,
): Branches {
  const watch = async (newTokens: number, work: () => Promise<readonly Float32Array[]>) => {
    const start = performance.now();
    const logits = await work();
    const endedAt = performance.now();
    const length = shared + Math.max(...inner.tokens.map((tokens) => tokens.length));
    onEvaluation({ length, newTokens, ms: endedAt - start, endedAt });
    return logits;
  };
  return {
    get tokens() {
      return inner.tokens;
    },
    step: (tokens, signal) =>
      watch(tokens.filter((token) => token !== null).length, () => inner.step(tokens, signal)),
    feed: (index, tokens, signal) => watch(tokens.length, () => inner.feed(index, tokens, signal)),
    fork: (points) => watch(0, () => inner.fork(points)),
    keep: (index) => inner.keep(index),
    dispose: () => inner.dispose(),
  };
}

function commonPrefix(a: readonly TokenId[], b: readonly TokenId[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}
