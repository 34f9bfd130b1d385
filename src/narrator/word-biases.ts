/**
 * Words that a story wants more or less of, as changes of logits. Only the first token of a word is changed: what follows
 * is nearly decided by it. 2 makes a token about seven times as likely (e squared), 0 changes nothing.
 */
import type { TokenId, Tokenizer } from "../model/types.ts";

/** The bias of each token. Words that share a first token add up. Tokens in `spared` (function words) keep their logit. */
export function tokenBiases(
  biases: Readonly<Record<string, number>>,
  tokenizer: Tokenizer,
  spared: ReadonlySet<TokenId>,
): ReadonlyMap<TokenId, number> {
  const result = new Map<TokenId, number>();
  for (const [word, bias] of Object.entries(biases)) {
    if (bias === 0) continue;
    for (const token of firstTokens(word, tokenizer)) {
      if (!spared.has(token)) result.set(token, (result.get(token) ?? 0) + bias);
    }
  }
  return result;
}

/** After a space, and alone (at the start of a line) only where that is one token: "d" would begin any word. */
function firstTokens(word: string, tokenizer: Tokenizer): Set<TokenId> {
  const tokens = new Set<TokenId>();
  for (const form of [word, word.toLowerCase(), word.charAt(0).toUpperCase() + word.slice(1)]) {
    const [first] = tokenizer.encode(` ${form}`);
    if (first !== undefined) tokens.add(first);
    const alone = tokenizer.encode(form);
    if (alone.length === 1) tokens.add(alone[0]!);
  }
  return tokens;
}
