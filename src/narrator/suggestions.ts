/**
 * Proposes what the player might do next: the model goes on after `> You` from the prompt as it stands, a few times, and
 * only finished, different, playable lines are kept. Leaves the story and the narrator's sequence alone.
 */
import type { TokenId, Tokenizer } from "../model/types.ts";
import { stripControls, toAsciiPunctuation } from "../shared/text.ts";
import { LINES_AT_ONCE, type ParallelLines } from "./parallel-lines.ts";
import type { PhraseFinder } from "./phrase-bans.ts";
import type { Rng } from "./rng.ts";
import { sampleToken } from "./sampling/chain.ts";
import { NEUTRAL } from "./sampling/dials.ts";
import { countQuotes, findSentenceEnd } from "./sentences.ts";
import { jaccard, mostRepeated, shinglesOf, wordsOf } from "./similarity.ts";
import type { Speller } from "./speller.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface SuggestionParts {
  readonly tokenizer: Tokenizer;
  readonly vocabulary: Vocabulary;
  readonly rng: Rng;
  readonly findBanned: PhraseFinder;
  readonly biases: ReadonlyMap<TokenId, number>;
  readonly speller: Speller | undefined;
  readonly signal: AbortSignal | undefined;
}

const WANTED = 3;
/** An unlucky small model may offer fewer lines than are wanted. */
const MOST_ROUNDS = 3;
const MOST_TOKENS = 24;
const MOST_WORDS = 14;
const NEAR_DUPLICATE = 0.4;
/** Rather safe, because a line has nothing to correct it; that each begins with another verb gives variety. */
const SAMPLING = { ...NEUTRAL, knownWords: 1, temperature: 0.8, topK: 40, topP: 0.9, minP: 0.04 };
/** What follows "You" in a description and not in an action. */
const DESCRIBES = /^You (?:are|were|was|have|had|can|could|will|would|may|might|must|do not|did|cannot)\b/;
/** A sentence of a small model that has lost its last word. */
const LACKS_AN_END = /\b(?:an?|the|of|to|with|and|or|your|his|her|its|their|into|from|at|by)[.!?"')]*$/i;

/**
 * Up to three lines like `You open the door.`, none of them like another or like one of `recentActions`. `open` gives
 * continuations of the prompt, which ends behind the last passage. Interrupted, it gives what it has found.
 */
export async function suggestActions(
  open: () => Promise<ParallelLines>,
  recentActions: readonly string[],
  parts: SuggestionParts,
): Promise<readonly string[]> {
  const found: string[] = [];
  const begun = new Set<TokenId>();
  try {
    for (let round = 0; round < MOST_ROUNDS && found.length < WANTED; round++) {
      for (const tokens of await sampleLines(open, begun, parts)) {
        const line = tidy(`You${parts.tokenizer.decode(tokens)}`);
        if (isPlayable(line, parts.findBanned) && isNew(line, [...found, ...recentActions])) found.push(line);
      }
    }
  } catch (error) {
    if (parts.signal?.aborted !== true) throw error;
  }
  return found.slice(0, WANTED);
}

/** Samples `LINES_AT_ONCE` lines to the end of their sentences. Each begins with a verb that is not in `begun` yet. */
async function sampleLines(
  open: () => Promise<ParallelLines>,
  begun: Set<TokenId>,
  parts: SuggestionParts,
): Promise<readonly (readonly TokenId[])[]> {
  const { tokenizer, signal } = parts;
  const newline = tokenizer.encode("\n");
  const lines = await open();
  try {
    const drafts: Draft[] = Array.from({ length: LINES_AT_ONCE }, () => ({ tokens: [], isOpen: true }));
    let logits: readonly Float32Array[] = [];
    for (const token of [...newline, ...newline, ...tokenizer.encode("> You")])
      logits = await lines.step(
        drafts.map(() => token),
        signal,
      );
    for (;;) {
      const next = drafts.map((draft, i) => (draft.isOpen ? extend(draft, logits[i]!, begun, parts) : null));
      if (next.every((token) => token === null)) return drafts.map((draft) => draft.tokens);
      logits = await lines.step(next, signal);
    }
  } finally {
    await lines.dispose();
  }
}

/** A line being sampled. */
interface Draft {
  readonly tokens: TokenId[];
  isOpen: boolean;
}

/** Samples the next token of a line; null when the line is over. Mutates `draft` and, with its first token, `begun`. */
function extend(
  draft: Draft,
  logits: Float32Array,
  begun: Set<TokenId>,
  parts: SuggestionParts,
): TokenId | null {
  const { tokenizer, vocabulary, biases, speller, rng } = parts;
  const { never, stops, newlines, endOfText } = vocabulary;
  const isFirst = draft.tokens.length === 0;
  const banned = [...never, ...stops, ...(isFirst ? [...begun, ...newlines, endOfText] : [])];
  const spells = speller?.behind(`You${tokenizer.decode(draft.tokens)}`);
  const state = { history: [], banned, biases, ...(spells === undefined ? {} : { spells }) };
  const { token } = sampleToken(logits, SAMPLING, vocabulary, state, rng);
  if (isFirst) begun.add(token);
  const isOver = token === endOfText || newlines.has(token);
  if (!isOver) draft.tokens.push(token);
  const isWhole = isOver || findSentenceEnd(tokenizer.decode(draft.tokens), false) !== -1;
  draft.isOpen = !isWhole && draft.tokens.length < MOST_TOKENS;
  return draft.isOpen ? token : null;
}

/** The first sentence of the line, or all of it when it has not ended. */
function tidy(text: string): string {
  const line = toAsciiPunctuation(stripControls(text)).replace(/\s+/g, " ").trim();
  const end = findSentenceEnd(line, true);
  return end === -1 ? line : line.slice(0, end);
}

function isPlayable(line: string, findBanned: PhraseFinder): boolean {
  const words = wordsOf(line);
  if (words.length < 2 || words.length > MOST_WORDS || words[0] !== "you") return false;
  if (!/[.!?]["')]*$/.test(line) || countQuotes(line) % 2 === 1) return false;
  if (mostRepeated(words, 2) > 1) return false; // to the rope to the hook
  return !DESCRIBES.test(line) && !LACKS_AN_END.test(line) && findBanned(line) === -1;
}

function isNew(line: string, others: readonly string[]): boolean {
  const shingles = shinglesOf(wordsOf(line), 2);
  return others.every((other) => {
    const words = wordsOf(other);
    return (
      words.join(" ") !== wordsOf(line).join(" ") && jaccard(shingles, shinglesOf(words, 2)) < NEAR_DUPLICATE
    );
  });
}
