/**
 * What the narrator must know about the tokens of a vocabulary, found by looking at every token once: which ones end a
 * passage, which ones never belong into prose, and which ones repetition rules should spare.
 */
import type { TokenId, Tokenizer } from "../model/types.ts";

/** Words that grammar repeats all the time; penalising them costs sense and prevents no loop. */
const FUNCTION_WORDS = new Set(
  (
    "a an the and or but nor so yet if then than that this these those it its he she him her his hers they them their " +
    "you your yours we us our i me my of to in on at by for from with into onto over under up down out off about as is " +
    "are was were be been being am do does did has have had will would can could not no there here who what when where " +
    "one all some any each more only just back now very s t m re ve ll d"
  ).split(" "),
);

export interface Vocabulary {
  readonly endOfText: TokenId;
  /** Every token's text, bytes as Latin-1; empty for the end of the text. */
  readonly texts: readonly string[];
  /** Tokens made of line breaks (perhaps after spaces) only. */
  readonly newlines: ReadonlySet<TokenId>;
  /** At the start of a line these begin an action or a bracket line: the passage is over. */
  readonly stops: ReadonlySet<TokenId>;
  /** Markup, control characters and other special tokens: never part of a passage. */
  readonly never: ReadonlySet<TokenId>;
  /** Punctuation and function words: spared by the repetition penalty. */
  readonly exempt: ReadonlySet<TokenId>;
  /** Newlines and quotation marks: they end a run for DRY. */
  readonly breakers: ReadonlySet<TokenId>;
}

/** Looks at every token of the vocabulary. */
export function describeVocabulary(tokenizer: Tokenizer): Vocabulary {
  const sets = { newlines: new Set<TokenId>(), stops: new Set<TokenId>(), never: new Set<TokenId>() };
  const spared = { exempt: new Set<TokenId>(), breakers: new Set<TokenId>() };
  const texts: string[] = [];
  for (let token = 0; token < tokenizer.vocabularySize; token++) {
    const text = token === tokenizer.endOfText ? "" : textOf(tokenizer, token);
    texts.push(text);
    if (token === tokenizer.endOfText) continue;
    if (/^[ ]*\n+$/.test(text)) sets.newlines.add(token);
    else if (/^\s*[>[]/.test(text)) sets.stops.add(token);
    else if (text === "" || /[<>[\]{}|\\^~`#*=_@\u0000-\u0008\u000b-\u001f\u007f\n\t]/.test(text))
      sets.never.add(token);
    if (FUNCTION_WORDS.has(text.trim().toLowerCase()) || !/[\p{L}\p{N}]/u.test(text))
      spared.exempt.add(token);
    if (/["\u201c\u201d\n:]/.test(text)) spared.breakers.add(token);
  }
  return { endOfText: tokenizer.endOfText, texts, ...sets, ...spared };
}

/** Bytes as Latin-1, so that parts of a UTF-8 character still have a text. */
function textOf(tokenizer: Tokenizer, token: TokenId): string {
  return Buffer.from(tokenizer.bytesOf(token)).toString("latin1");
}
