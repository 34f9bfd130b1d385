/** Plain continuation of a text, as the GPT-2 demonstrations of 2019 offered it: no story, no guard, only sampling. */
import type { LanguageModel, TokenId } from "../model/types.ts";
import { createRng } from "./rng.ts";
import { sampleToken } from "./sampling/chain.ts";
import { NEUTRAL } from "./sampling/dials.ts";

export interface CompletionOptions {
  /** Most tokens to add; fewer when the model ends the text or its positions are used up. */
  readonly tokens: number;
  /** [0, 10]. */
  readonly temperature: number;
  /** 0 = off. */
  readonly topK: number;
  /** Unsigned 32-bit. */
  readonly seed: number;
  readonly onText: (text: string) => void;
  readonly signal?: AbortSignal;
}

const classes = { exempt: new Set<TokenId>(), breakers: new Set<TokenId>() };

/** Continues `text` and passes the new text on as it comes. The start of a text that is too long is left out. */
export async function complete(
  model: LanguageModel,
  text: string,
  options: CompletionOptions,
): Promise<void> {
  const { tokenizer, info } = model;
  const room = Math.max(1, Math.min(options.tokens, info.positions - 2));
  const prompt = [tokenizer.endOfText, ...tokenizer.encode(text).slice(-(info.positions - room - 1))];
  const settings = { ...NEUTRAL, temperature: options.temperature, topK: options.topK };
  const rng = createRng(options.seed);
  const sequence = await model.createSequence();
  const added: TokenId[] = [];
  let shown = "";
  try {
    while (added.length < room) {
      const logits = await sequence.evaluate([...prompt, ...added], options.signal);
      const { token } = sampleToken(
        logits,
        settings,
        classes,
        { history: [...prompt, ...added], banned: [] },
        rng,
      );
      if (token === tokenizer.endOfText) break;
      added.push(token);
      const whole = tokenizer.decode(added);
      if (whole.endsWith("\ufffd")) continue; // a character whose other bytes are still to come
      options.onText(whole.slice(shown.length));
      shown = whole;
    }
  } finally {
    await sequence.dispose();
  }
}
