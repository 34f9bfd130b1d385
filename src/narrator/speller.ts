/**
 * Which tokens keep a text within known words: those the model was trained on and those of the story. A small model puts
 * words together from pieces, and what it has not learnt well comes out as no word at all ("lorder", "Zohrak").
 */
import type { KnownRequest, NarrationRequest } from "../game/ports.ts";
import type { TokenId } from "../model/types.ts";

/** Later turns than these are not searched for words: they are not in the prompt either. */
const STORY_TURNS = 16;
/** A word that is still being written ends in a letter, or in an apostrophe that may be a part of it. */
const WORDS = /[A-Za-z]+(?:'[A-Za-z]*)*/g;
const UNFINISHED = /[A-Za-z]+(?:'[A-Za-z]*)*$/;
const FOREIGN = /[^\n\x20-\x7e]/;

/** Words in small letters, sorted by code units, searched by halving. */
class SortedWords {
  private readonly words: readonly string[];

  constructor(words: readonly string[]) {
    this.words = words;
  }

  has(word: string): boolean {
    return this.words[this.placeOf(word)] === word;
  }

  begins(prefix: string): boolean {
    return this.words[this.placeOf(prefix)]?.startsWith(prefix) === true;
  }

  /** Where a word stands or would stand. */
  private placeOf(word: string): number {
    let [low, high] = [0, this.words.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.words[middle]! < word) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class Speller {
  private readonly texts: readonly string[];
  private readonly learnt: SortedWords;
  private readonly told: SortedWords;

  /** `texts`: every token's text; `learnt`: the model's words, sorted; `story`: texts whose words are known too. */
  constructor(texts: readonly string[], learnt: readonly string[], story: readonly string[]) {
    this.texts = texts;
    this.learnt = new SortedWords(learnt);
    const words = story.flatMap((text) => text.toLowerCase().match(WORDS) ?? []);
    this.told = new SortedWords(
      [...new Set(words.flatMap((word) => [word, bare(word), word.replace(/'s?$/, "")]))].sort(),
    );
  }

  /** Whether a token may stand behind `text`: it finishes only known words, and begins only what may become one. */
  behind(text: string): (token: TokenId) => boolean {
    const unfinished = UNFINISHED.exec(text)?.[0] ?? "";
    return (token) => {
      const added = this.texts[token] ?? "";
      if (FOREIGN.test(added)) return true;
      const whole = unfinished + added;
      for (const { 0: found, index } of whole.matchAll(WORDS)) {
        const word = found.toLowerCase();
        const isAtEnd = index + found.length === whole.length;
        if (!(isAtEnd ? this.mayBecomeOne(word) : this.isOne(bare(word)))) return false;
      }
      return true;
    };
  }

  private isOne(word: string): boolean {
    if (this.learnt.has(word) || this.told.has(word)) return true;
    return word.endsWith("'s") && this.isOne(word.slice(0, -2));
  }

  /** The beginning of a word; a whole one with an apostrophe may become a possessive or be followed by a quotation mark. */
  private mayBecomeOne(beginning: string): boolean {
    if (this.learnt.begins(beginning) || this.told.begins(beginning)) return true;
    const possessive = /'s?$/.exec(beginning);
    return possessive !== null && this.isOne(beginning.slice(0, possessive.index));
  }
}

/** A word without apostrophes at its end, which are quotation marks. */
function bare(word: string): string {
  return word.replace(/'+$/, "");
}

/** The texts that a narrator may take words from. */
export function wordSourcesOf(request: KnownRequest & Partial<NarrationRequest>): string[] {
  const { header, notes, inserted = [], remembered, opening, turns, action, earlier = "" } = request;
  const lines = [...header, ...notes, ...inserted].flatMap(({ name, text }) => [name, text]);
  const lately = turns
    .slice(-STORY_TURNS)
    .flatMap((turn) => [turn.action.text, turn.passage, ...turn.inserted.map(({ text }) => text)]);
  return [...lines, ...remembered, opening, ...lately, action?.text ?? "", earlier];
}
