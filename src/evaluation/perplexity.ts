/** How well a model expects a text: nats a token and bits a character, the figure that compares different vocabularies. */
import type { LanguageModel, TokenId } from "../model/types.ts";

export interface Perplexity {
  readonly characters: number;
  readonly tokens: number;
  readonly natsPerToken: number;
  readonly bitsPerCharacter: number;
}

/**
 * Scores documents separated by `<|endoftext|>` lines. Each token is seen with at least half a window of what stands
 * before it, where there is as much.
 */
export async function measurePerplexity(model: LanguageModel, text: string): Promise<Perplexity> {
  const documents = text
    .split("<|endoftext|>")
    .map((document) => document.trim())
    .filter((document) => document !== "");
  const sequence = await model.createSequence();
  let nats = 0;
  let tokens = 0;
  try {
    for (const document of documents) {
      const all = [model.tokenizer.endOfText, ...model.tokenizer.encode(document)];
      for (const { window, fresh } of windows(all, model.info.positions)) {
        const { logProbabilities } = await sequence.score(window);
        for (const logProbability of logProbabilities.subarray(logProbabilities.length - fresh))
          nats -= logProbability;
        tokens += fresh;
      }
    }
  } finally {
    await sequence.dispose();
  }
  const characters = documents.reduce((sum, document) => sum + document.length, 0);
  return {
    characters,
    tokens,
    natsPerToken: tokens === 0 ? 0 : nats / tokens,
    bitsPerCharacter: characters === 0 ? 0 : nats / Math.LN2 / characters,
  };
}

/** Overlapping windows; `fresh` tokens at the end of each are those not scored before. */
function* windows(
  tokens: readonly TokenId[],
  positions: number,
): Generator<{ window: TokenId[]; fresh: number }> {
  const stride = positions >> 1;
  let scored = 1; // the first token has nothing before it
  while (scored < tokens.length) {
    const end = scored === 1 ? Math.min(positions, tokens.length) : Math.min(scored + stride, tokens.length);
    yield { window: tokens.slice(Math.max(0, end - positions), end), fresh: end - scored };
    scored = end;
  }
}
