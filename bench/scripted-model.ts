/**
 * A language model that computes everything and then tells what a script says, so that a long adventure with a model of
 * random weights, or two runs of one adventure, have the same turns.
 */
import type { Branches, LanguageModel, Sequence, TokenId } from "../src/model/types.ts";

/** Far above what any model's logits differ by, so that the script's token is picked whatever the sampler does. */
const CERTAIN = 1000;

export interface ScriptedModel {
  readonly model: LanguageModel;
  /** From here on, tokens behind the first `promptTokens` are those of `passage`, then the end of the text. */
  tell(promptTokens: number, passage: readonly TokenId[]): void;
}

/** `tokenizer` in place of the model's own, which for random weights knows single bytes only. */
export function scriptModel(
  inner: LanguageModel,
  tokenizer: LanguageModel["tokenizer"] = inner.tokenizer,
): ScriptedModel {
  let script: { promptTokens: number; passage: readonly TokenId[] } = { promptTokens: 0, passage: [] };
  const { info } = inner;
  /** Makes the script's token the likeliest behind `length` tokens. */
  const direct = (logits: Float32Array, length: number) => {
    const place = length - script.promptTokens;
    if (place < 0) return logits;
    logits[script.passage[place] ?? tokenizer.endOfText] = CERTAIN;
    return logits;
  };
  const createSequence = async () => scriptSequence(await inner.createSequence(), direct);
  return {
    model: { info, tokenizer, createSequence, dispose: () => inner.dispose() },
    tell: (promptTokens, passage) => {
      script = { promptTokens, passage };
    },
  };
}

type Direct = (logits: Float32Array, length: number) => Float32Array;

function scriptSequence(inner: Sequence, direct: Direct): Sequence {
  return {
    get tokens() {
      return inner.tokens;
    },
    evaluate: async (tokens, signal) => direct(await inner.evaluate(tokens, signal), tokens.length),
    score: (tokens, signal) => inner.score(tokens, signal),
    ...(inner.branch === undefined
      ? {}
      : {
          branch: async (count: number, from?: readonly number[]) =>
            scriptBranches(await inner.branch!(count, from), inner.tokens.length, from, direct),
        }),
    dispose: () => inner.dispose(),
  };
}

/** Branches that follow the whole sequence go by the script. */
function scriptBranches(
  inner: Branches,
  whole: number,
  given: readonly number[] | undefined,
  direct: Direct,
): Branches {
  let from = inner.tokens.map((_, i) => given?.[i] ?? whole);
  const directAll = (logits: readonly Float32Array[]) => {
    for (const [i, row] of logits.entries())
      if (from[i] === whole) direct(row, whole + inner.tokens[i]!.length);
    return logits;
  };
  return {
    get tokens() {
      return inner.tokens;
    },
    step: async (tokens, signal) => directAll(await inner.step(tokens, signal)),
    feed: async (index, tokens, signal) => directAll(await inner.feed(index, tokens, signal)),
    fork: async (points) => {
      const logits = await inner.fork(points);
      from = points.map(({ branch }) => from[branch]!);
      return directAll(logits);
    },
    keep: (index) => inner.keep(index),
    dispose: () => inner.dispose(),
  };
}
