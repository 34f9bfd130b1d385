/**
 * The sentences of a story's past, each with its turn and its terms: what the summary and the recall choose from. Whole
 * sentences with closed quotations only.
 */
import type { KnownRequest, PlayerAction } from "../game/ports.ts";
import { type Bag, bagOf } from "./bm25.ts";
import { formatProse } from "./prompt-format.ts";
import { countQuotes, splitSentences } from "./sentences.ts";
import { type Term, termsOf } from "./terms.ts";

const LEANING =
  /^["'(]|^(?:He|She|It|They|This|That|These|Those|But|And|So|Then|His|Her|Its|Their)\b|\?["')]*$/;

/** What is found out about a sentence once, because a long story's are looked at again at every turn. */
interface ReadSentence {
  readonly text: string;
  readonly terms: readonly Term[];
  readonly bag: Bag;
  readonly words: number;
  /** It leans on the sentence before it, asks, or is only speech: it says little on its own. */
  readonly leans: boolean;
}

export interface PastSentence {
  readonly read: ReadSentence;
  /** Number of its turn; 0 for the opening. */
  readonly turn: number;
}

export class Past {
  private readonly cache = new Map<string, readonly ReadSentence[]>();

  /** Sentences of the items `from` (0 is the opening) up to, not including, `to`, in order; actions too. */
  sentences(request: KnownRequest, from: number, to: number): PastSentence[] {
    const sentences: PastSentence[] = [];
    for (let turn = from; turn < to; turn++) {
      const told = request.turns[turn - 1];
      const texts = told === undefined ? [request.opening] : [wordsOfAction(told.action), told.passage];
      for (const text of texts) for (const read of this.read(text)) sentences.push({ read, turn });
    }
    return sentences;
  }

  /** The turn in which a sentence stands, the latest if there are several. */
  turnOf(request: KnownRequest, sentence: string): number | undefined {
    return this.sentences(request, 0, request.turns.length + 1).findLast(({ read }) => read.text === sentence)
      ?.turn;
  }

  private read(text: string): readonly ReadSentence[] {
    let read = this.cache.get(text);
    if (read === undefined) {
      if (this.cache.size > 4000) this.cache.clear();
      read = splitSentences(formatProse(text)).filter(isWhole).map(readSentence);
      this.cache.set(text, read);
    }
    return read;
  }
}

function wordsOfAction({ kind, text }: PlayerAction): string {
  return kind === "continue" ? "" : text;
}

function readSentence(text: string): ReadSentence {
  const terms = termsOf(text);
  const bag = bagOf(terms.map(({ stem }) => stem));
  return { text, terms, bag, words: text.split(" ").length, leans: LEANING.test(text) };
}

function isWhole(sentence: string): boolean {
  return countQuotes(sentence) % 2 === 0 && /[.!?]["')]*$/.test(sentence);
}
