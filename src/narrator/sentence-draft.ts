/**
 * One sentence being sampled: takes the logits behind its last token and gives the next token, until the sentence is
 * complete, the model ends the passage, or the room is used up. Whoever evaluates the tokens may draft several at once.
 */
import type { TokenId, Tokenizer } from "../model/types.ts";
import { logProbabilityOf } from "./relevance.ts";
import type { Rng } from "./rng.ts";
import { sampleToken, type TokenClasses } from "./sampling/chain.ts";
import type { SamplingSettings } from "./sampling/dials.ts";
import { countQuotes, cutToLastSentence, findSentenceEnd } from "./sentences.ts";
import type { PassageSettings } from "./settings.ts";
import { wordsOf } from "./similarity.ts";
import type { Speller } from "./speller.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A sampled sentence. `rest` are tokens behind it that were needed to be sure of its end. */
export interface Draft {
  readonly text: string;
  readonly tokens: readonly TokenId[];
  readonly rest: readonly TokenId[];
  readonly complete: boolean;
  /** The model ended the passage behind this sentence. */
  readonly last: boolean;
  /** Mirostat's bound behind it. */
  readonly bound?: number;
}

/** Where a draft begins: tokens taken as sampled already, and tokens that are ruled out at single places. */
export interface Start {
  readonly begun: readonly TokenId[];
  readonly banned: ReadonlyMap<number, ReadonlySet<TokenId>>;
}

/** What a sentence follows, and how it is to be sampled. */
export interface DraftParts {
  readonly tokenizer: Tokenizer;
  readonly vocabulary: Vocabulary;
  readonly sampling: SamplingSettings;
  readonly classes: TokenClasses;
  readonly biases: ReadonlyMap<TokenId, number>;
  /** Absent where the model's words are not known. */
  readonly speller: Speller | undefined;
  readonly passage: PassageSettings;
  readonly rng: Rng;
  /** The passage so far, and the story's tokens with it. */
  readonly told: string;
  readonly history: readonly TokenId[];
  readonly start: Start;
  /** Most tokens. */
  readonly room: number;
  readonly bound: number | undefined;
  /** Adds up the log probabilities, which costs two passes over the vocabulary for each token. */
  readonly isScored: boolean;
}

export class SentenceDraft {
  /** The sentence once it is over; until then `extend` wants logits. */
  result: Draft | null = null;
  /** Sums of the sampled tokens' natural log probabilities in both views, before anything changed them; 0 unless scored. */
  guided = 0;
  unguided = 0;
  /** Tokens sampled, the one that ended the passage included. */
  sampledTokens = 0;
  private readonly parts: DraftParts;
  private readonly drafted: TokenId[];
  /** The story's tokens with these. */
  private readonly history: TokenId[];
  private readonly mostTokens: number;
  private bound: number | undefined;
  private scratch: Float32Array | undefined;

  constructor(parts: DraftParts) {
    this.parts = parts;
    this.bound = parts.bound;
    this.drafted = [...parts.start.begun];
    this.history = [...parts.history, ...parts.start.begun];
    this.mostTokens = Math.min(parts.room, parts.passage.mostSentenceTokens);
    if (parts.start.begun.some((token) => this.isParagraphLimit(parts.told, token))) this.finish("", []);
    this.giveUpWhenLong();
  }

  /** The tokens whose logits `extend` wants next. */
  get tokens(): readonly TokenId[] {
    return this.drafted;
  }

  /**
   * Takes the logits (V; scratch unless the draft is scored) behind `tokens` and returns the next token, or null when there is a result.
   * `unguided` (V): what they would be without what guides the sentence.
   */
  extend(logits: Float32Array, unguided?: Float32Array): TokenId | null {
    const { tokenizer, vocabulary, sampling, classes, biases, rng, speller, isScored } = this.parts;
    const text = tokenizer.decode(this.drafted);
    const state = {
      history: this.history,
      banned: this.bannedAt(text),
      biases,
      ...(unguided === undefined ? {} : { unguided }),
      ...(speller === undefined ? {} : { spells: speller.behind(text) }),
      ...(this.bound === undefined ? {} : { bound: this.bound }),
    };
    const { token, bound } = sampleToken(
      isScored ? this.copyOf(logits) : logits,
      sampling,
      classes,
      state,
      rng,
    );
    this.bound = bound;
    this.sampledTokens++;
    if (token === vocabulary.endOfText || (isLineStart(text) && vocabulary.stops.has(token)))
      return this.finish(text, this.drafted);
    if (this.isParagraphLimit(text, token)) return this.finish(text, this.drafted);
    this.drafted.push(token);
    this.history.push(token);
    if (isScored) this.guided += logProbabilityOf(token, logits);
    if (isScored && unguided !== undefined) this.unguided += logProbabilityOf(token, unguided);
    this.splitAtSentence();
    this.giveUpWhenLong();
    return this.result === null ? token : null;
  }

  /** In the same memory each time: a vocabulary of 50,257 is 200 kB. */
  private copyOf(logits: Float32Array): Float32Array {
    this.scratch ??= new Float32Array(logits.length);
    this.scratch.set(logits);
    return this.scratch;
  }

  private finish(text: string, tokens: readonly TokenId[]): null {
    const complete = findSentenceEnd(text, true) !== -1;
    this.result = { text, tokens: [...tokens], rest: [], complete, last: true };
    return null;
  }

  private giveUpWhenLong(): void {
    if (this.result !== null || this.drafted.length < this.mostTokens) return;
    const text = cutToLastSentence(this.parts.tokenizer.decode(this.drafted));
    this.result = { text, tokens: this.drafted, rest: [], complete: false, last: false };
  }

  private isParagraphLimit(before: string, token: TokenId): boolean {
    if (!this.parts.vocabulary.newlines.has(token) || before.trim() === "") return false;
    return this.parts.told.split("\n\n").length >= this.parts.passage.mostParagraphs;
  }

  /** Ends the draft when its tokens hold a complete sentence; what was sampled beyond it is `rest`. */
  private splitAtSentence(): void {
    const { tokenizer } = this.parts;
    const text = tokenizer.decode(this.drafted);
    if (isEnding(text.trim())) {
      this.finish(text, this.drafted);
      return;
    }
    const end = findSentenceEnd(text, false);
    if (end === -1) return;
    let count = this.drafted.length;
    while (count > 0 && tokenizer.decode(this.drafted.slice(0, count - 1)).length >= end) count--;
    const tokens = this.drafted.slice(0, count);
    const bound = this.bound === undefined ? {} : { bound: this.bound };
    const rest = this.drafted.slice(count);
    this.result = { text: tokenizer.decode(tokens), tokens, rest, complete: true, last: false, ...bound };
  }

  /** What may not come next: markup anywhere; line breaks and endings inside a sentence or too early. */
  private *bannedAt(text: string): Generator<TokenId> {
    const { vocabulary, passage, told, start } = this.parts;
    yield* vocabulary.never;
    yield* start.banned.get(this.drafted.length) ?? [];
    const isEarly = wordsOf(`${told} ${text}`).length < passage.leastWords;
    const isInside = text.trim() !== "" && findSentenceEnd(text, true) === -1;
    const isStart = told === "" && text.trim() === "";
    if (isEarly || isInside || isStart || countQuotes(text) % 2 === 1) {
      yield vocabulary.endOfText;
      yield* vocabulary.newlines;
      yield* vocabulary.stops;
    } else if (!isLineStart(text)) {
      yield* vocabulary.stops;
    }
  }
}

/** Whether a sentence is the line that closes a story. */
export function isEnding(sentence: string): boolean {
  return /^THE END\b/.test(sentence);
}

/** Whether `text` ends with a line break, so that the next token begins a line. */
function isLineStart(text: string): boolean {
  return /\n[ ]*$/.test(text);
}
