/**
 * The sentences of a story's past, each with its turn and its terms: what the summary and the recall choose from. Whole
 * sentences with closed quotations only.
 */
import type { KnownRequest, PlayerAction } from "../game/ports.ts";
import { formatProse } from "./prompt-format.ts";
import { countQuotes, splitSentences } from "./sentences.ts";
import { type Term, termsOf } from "./terms.ts";

export interface PastSentence {
  readonly text: string;
  /** Number of its turn; 0 for the opening. */
  readonly turn: number;
  readonly terms: readonly Term[];
}

interface ReadText {
  readonly text: string;
  readonly terms: readonly Term[];
}

export class Past {
  private readonly cache = new Map<string, readonly ReadText[]>();

  /** Sentences of the items `from` (0 is the opening) up to, not including, `to`, in order; actions too. */
  sentences(request: KnownRequest, from: number, to: number): PastSentence[] {
    const sentences: PastSentence[] = [];
    for (let turn = from; turn < to; turn++) {
      const told = request.turns[turn - 1];
      const texts = told === undefined ? [request.opening] : [wordsOfAction(told.action), told.passage];
      for (const text of texts) for (const read of this.read(text)) sentences.push({ ...read, turn });
    }
    return sentences;
  }

  /** The turn in which a sentence stands, the latest if there are several. */
  turnOf(request: KnownRequest, sentence: string): number | undefined {
    return this.sentences(request, 0, request.turns.length + 1).findLast(({ text }) => text === sentence)
      ?.turn;
  }

  /** Remembered, because the same passages are asked for at every turn. */
  private read(text: string): readonly ReadText[] {
    let read = this.cache.get(text);
    if (read === undefined) {
      if (this.cache.size > 4000) this.cache.clear();
      const whole = splitSentences(formatProse(text)).filter((sentence) => isWhole(sentence));
      read = whole.map((sentence) => ({ text: sentence, terms: termsOf(sentence) }));
      this.cache.set(text, read);
    }
    return read;
  }
}

function wordsOfAction({ kind, text }: PlayerAction): string {
  return kind === "continue" ? "" : text;
}

function isWhole(sentence: string): boolean {
  return countQuotes(sentence) % 2 === 0 && /[.!?]["')]*$/.test(sentence);
}
