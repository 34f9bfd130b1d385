/**
 * First person to second person in a player's line ("I open my pack" -> "you open your pack"). Works word by word
 * outside double quotes; words that may mean something else (mine, us, I as a number) change only where the
 * neighbouring words make it clear. "We", "us" and "our" are left to the player.
 */

const PLAIN: ReadonlyMap<string, string> = new Map([
  ["i'm", "you're"],
  ["i've", "you've"],
  ["i'd", "you'd"],
  ["i'll", "you'll"],
  ["my", "your"],
  ["me", "you"],
  ["myself", "yourself"],
]);

const BEFORE_PRONOUN_MINE = new Set(
  "is are was were be been of than as like not it's that's they're this's isn't wasn't".split(" "),
);
const AFTER_PRONOUN_MINE = new Set(
  "and or but now too alone to by again forever because if so you then anyway since when".split(" "),
);
const CONJUNCTIONS = new Set("and or but because so if since that while though".split(" "));
const TO_BE = new Set("is are was were isn't aren't wasn't weren't".split(" "));
const WAS: ReadonlyMap<string, string> = new Map([
  ["was", "were"],
  ["wasn't", "weren't"],
]);

/** A word and what surrounds it; neighbours are lower case and empty where punctuation stands between. */
interface WordPlace {
  readonly word: string;
  readonly lower: string;
  readonly before: string;
  readonly after: string;
  /** The raw text up to the word, and from behind it. */
  readonly head: string;
  readonly tail: string;
}

/** Changes first-person words outside double quotes. Upper case is kept at the start of a sentence. */
export function toSecondPerson(text: string): string {
  return text
    .split(/("[^"]*(?:"|$))/)
    .map((part) => (part.startsWith('"') ? part : convertUnquoted(part)))
    .join("");
}

function convertUnquoted(text: string): string {
  return text.replace(/[\p{L}\p{N}]+(?:'[\p{L}]+)*/gu, (word, offset: number) => {
    const head = text.slice(0, offset);
    const tail = text.slice(offset + word.length);
    const changed = secondPersonOf({
      word,
      lower: word.toLowerCase(),
      before: /([\p{L}\p{N}']+)\s+$/u.exec(head)?.[1]?.toLowerCase() ?? "",
      after: /^\s+([\p{L}\p{N}']+)/u.exec(tail)?.[1]?.toLowerCase() ?? "",
      head,
      tail,
    });
    return changed === undefined ? word : withCaseOf(changed, word, head);
  });
}

function secondPersonOf(place: WordPlace): string | undefined {
  const { lower, before, after, tail } = place;
  // "i.e.", "I.D.", "I-beam" and other compounds are not the pronoun
  if (/^(?:\.\p{L}|-\p{L})/u.test(tail)) return undefined;
  if (lower === "i") return isRomanNumeral(place) ? undefined : "you";
  if (lower === "am") return /^\d/.test(before) ? undefined : "are";
  if (lower === "mine") return isPronounMine(place) ? "yours" : undefined;
  if (before === "i" || after === "i") return WAS.get(lower) ?? PLAIN.get(lower);
  return PLAIN.get(lower);
}

/** "Elizabeth I" and "World War I": behind a capitalised word, with nothing that could be its verb. */
function isRomanNumeral({ word, head, tail }: WordPlace): boolean {
  return word === "I" && /\p{Lu}[\p{L}'-]+\s+$/u.test(head) && /^\s*(?:[.,;:!?)]|$)/.test(tail);
}

/** "It is mine.", "a friend of mine", "and mine is sharper", but not "enter the mine" or "use mine cart". */
function isPronounMine({ before, after, tail }: WordPlace): boolean {
  if (CONJUNCTIONS.has(before) && TO_BE.has(after)) return true;
  const endsHere = /^\s*(?:[.,;:!?)]|$)/.test(tail);
  return BEFORE_PRONOUN_MINE.has(before) && (endsHere || AFTER_PRONOUN_MINE.has(after));
}

/** The pronoun I is always upper case, so only the start of a sentence tells how "you" is written. */
function withCaseOf(changed: string, word: string, head: string): string {
  const startsSentence = /(?:^|[.!?]["')]?\s+)$/.test(head) && head.trim() !== "";
  const isUpper = /^\p{Lu}/u.test(word);
  const keepsUpper = isUpper && (startsSentence || (head.trim() === "" && word.length > 1));
  return keepsUpper ? changed.charAt(0).toUpperCase() + changed.slice(1) : changed;
}
