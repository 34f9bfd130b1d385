/**
 * How well a model predicts a text, and how far two models that share a vocabulary are apart on it. Texts longer than a
 * window are cut into windows, each begun by the end-of-text token.
 */
import { AppError } from "../shared/errors.ts";
import type { LanguageModel, Sequence, TokenId } from "./types.ts";

export interface TextFit {
  readonly tokens: number;
  readonly characters: number;
  /** Mean negative natural log probability of a token. */
  readonly natsPerToken: number;
  readonly bitsPerCharacter: number;
}

/** Of this model against a reference. */
export interface TextComparison {
  /** Share of places where both think the same token most likely, 0 to 1. */
  readonly top1Agreement: number;
  /** Mean |log p - log q| of the tokens that came, in nats. */
  readonly meanLogProbabilityDifference: number;
  /** Mean KL divergence of this model from the reference, in nats, over the first `klTokens` places. */
  readonly meanKl: number;
  readonly klTokens: number;
}

export interface MeasureOptions {
  readonly signal?: AbortSignal;
  /** Told how much is done, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** A whole distribution costs a run of its own, so only this many places are compared in full. */
const KL_TOKENS = 128;

/** Throws `model.emptyInput` for a text without tokens. */
export async function measureText(
  model: LanguageModel,
  text: string,
  options: MeasureOptions = {},
): Promise<TextFit> {
  const windows = cutIntoWindows(model, text);
  const sequence = await model.createSequence();
  let nats = 0;
  let tokens = 0;
  for (const [i, window] of windows.entries()) {
    const { logProbabilities } = await sequence.score(window, options.signal);
    nats -= logProbabilities.reduce((sum, value) => sum + value, 0);
    tokens += logProbabilities.length;
    options.onProgress?.((i + 1) / windows.length);
  }
  await sequence.dispose();
  const characters = [...text].length;
  return {
    tokens,
    characters,
    natsPerToken: nats / tokens,
    bitsPerCharacter: nats / Math.LN2 / characters,
  };
}

/** Throws `model.incomparable` when the models cut the text into different tokens. */
export async function compareOnText(
  model: LanguageModel,
  reference: LanguageModel,
  text: string,
  options: MeasureOptions = {},
): Promise<TextComparison> {
  requireSameTokens(model, reference, text);
  const positions = Math.min(model.info.positions, reference.info.positions);
  const windows = cutIntoWindows(model, text, positions);
  const sequences = [await model.createSequence(), await reference.createSequence()] as const;
  let same = 0;
  let difference = 0;
  let places = 0;
  for (const [i, window] of windows.entries()) {
    const [ours, theirs] = [
      await sequences[0].score(window, options.signal),
      await sequences[1].score(window, options.signal),
    ];
    for (let place = 0; place < ours.top1.length; place++) {
      if (ours.top1[place] === theirs.top1[place]) same++;
      difference += Math.abs(ours.logProbabilities[place]! - theirs.logProbabilities[place]!);
    }
    places += ours.top1.length;
    options.onProgress?.((i + 1) / (windows.length + 1));
  }
  const klTokens = Math.min(KL_TOKENS, windows[0]!.length);
  const meanKl = await meanDivergence(...sequences, windows[0]!.slice(0, klTokens), options.signal);
  options.onProgress?.(1);
  await Promise.all(sequences.map((sequence) => sequence.dispose()));
  return {
    top1Agreement: same / places,
    meanLogProbabilityDifference: difference / places,
    meanKl,
    klTokens,
  };
}

/** Mean over the tokens of KL(reference || model) of what follows them. */
async function meanDivergence(
  model: Sequence,
  reference: Sequence,
  tokens: readonly TokenId[],
  signal: AbortSignal | undefined,
): Promise<number> {
  let total = 0;
  for (let length = 1; length <= tokens.length; length++) {
    const prefix = tokens.slice(0, length);
    const logits = await model.evaluate(prefix, signal);
    total += divergence(logits, await reference.evaluate(prefix, signal));
  }
  return total / tokens.length;
}

function divergence(logits: Float32Array, reference: Float32Array): number {
  const [a, b] = [logTotal(reference), logTotal(logits)];
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const expected = reference[i]! - a;
    sum += Math.exp(expected) * (expected - (logits[i]! - b));
  }
  return sum;
}

/** ln of the sum of the exponentials. */
function logTotal(logits: Float32Array): number {
  const max = logits.reduce((a, b) => Math.max(a, b));
  return max + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - max), 0));
}

function cutIntoWindows(model: LanguageModel, text: string, positions = model.info.positions): TokenId[][] {
  const tokens = model.tokenizer.encode(text);
  if (tokens.length === 0) throw new AppError("model.emptyInput", "The text has no tokens.");
  const windows = [];
  for (let start = 0; start < tokens.length; start += positions - 1)
    windows.push([model.tokenizer.endOfText, ...tokens.slice(start, start + positions - 1)]);
  return windows;
}

function requireSameTokens(model: LanguageModel, reference: LanguageModel, text: string): void {
  const [a, b] = [model.tokenizer.encode(text), reference.tokenizer.encode(text)];
  const isSame =
    model.info.vocabularySize === reference.info.vocabularySize &&
    model.tokenizer.endOfText === reference.tokenizer.endOfText &&
    a.length === b.length &&
    a.every((token, i) => token === b[i]);
  if (isSame) return;
  throw new AppError(
    "model.incomparable",
    `${model.info.name} and ${reference.info.name} cut texts into different tokens, so their predictions cannot be compared.`,
    { hint: "Compare bits per character: verify each with --text alone." },
  );
}
