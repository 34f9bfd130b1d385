/**
 * Writes one passage, sentence by sentence: samples until a sentence is complete, lets the guard judge it, and either
 * gives it to the player for good or samples it anew from the same place with the next rung of a short ladder. Bounded:
 * when no attempt is good the passage ends there, or begins with a plain bridging sentence.
 */
import type { Rejection } from "../game/ports.ts";
import type { Sequence, TokenId, Tokenizer } from "../model/types.ts";
import { stripControls, toAsciiPunctuation } from "../shared/text.ts";
import type { createGuard } from "./guard.ts";
import { type PhraseFinder, tokenAt } from "./phrase-bans.ts";
import type { Rng } from "./rng.ts";
import { sampleToken } from "./sampling/chain.ts";
import type { SamplingSettings } from "./sampling/dials.ts";
import { countQuotes, cutToLastSentence, findSentenceEnd } from "./sentences.ts";
import type { PassageSettings } from "./settings.ts";
import { wordsOf } from "./similarity.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Sentences that are true in every story, for the moment when the model has nothing good to say. */
const BRIDGES = [
  "For a moment nothing happens.",
  "You take a slow breath and look around you.",
  "Nothing answers you at first.",
  "It is quiet, and you have time to think.",
  "A moment passes, and then another.",
];

/** A sentence is taken back to a banned phrase this often before it counts as a failed attempt. */
const MOST_REWINDS = 24;

export interface WriterParts {
  readonly sequence: Sequence;
  readonly tokenizer: Tokenizer;
  readonly vocabulary: Vocabulary;
  readonly sampling: SamplingSettings;
  readonly passage: PassageSettings;
  readonly rng: Rng;
  readonly judge: ReturnType<typeof createGuard>;
  /** Tokens that occur in names and notes: repeating them is no fault. */
  readonly spared: ReadonlySet<TokenId>;
  /** Where a phrase stands that must not be told. */
  readonly findBanned: PhraseFinder;
  readonly biases: ReadonlyMap<TokenId, number>;
  /** Whether the story is old enough to end; the line THE END is refused before. */
  readonly mayEnd: boolean;
  readonly onText: (text: string) => void;
  readonly signal: AbortSignal | undefined;
}

export interface WrittenPassage {
  readonly text: string;
  readonly interrupted: boolean;
  readonly ended: boolean;
  readonly sampledTokens: number;
  readonly rejections: readonly Rejection[];
}

/** Where a draft begins: tokens taken as sampled already, and tokens that are ruled out at single places. */
interface Start {
  readonly begun: readonly TokenId[];
  readonly banned: ReadonlyMap<number, ReadonlySet<TokenId>>;
}

/** A sampled sentence. `rest` are tokens behind it that were needed to be sure of its end. */
interface Draft {
  readonly text: string;
  readonly tokens: readonly TokenId[];
  readonly rest: readonly TokenId[];
  readonly complete: boolean;
  /** The model ended the passage behind this sentence. */
  readonly last: boolean;
  /** Mirostat's bound behind it. */
  readonly bound?: number;
}

export class PassageWriter {
  private readonly parts: WriterParts;
  private readonly told: string[] = [];
  private readonly rejections: Rejection[] = [];
  private text = "";
  private sampledTokens = 0;
  private bound: number | undefined;
  private ended = false;

  constructor(parts: WriterParts) {
    this.parts = parts;
  }

  /** Continues `prompt`; `history` is the story part of it; at most `room` tokens are added. */
  async write(
    prompt: readonly TokenId[],
    history: readonly TokenId[],
    room: number,
  ): Promise<WrittenPassage> {
    const tokens: TokenId[] = [];
    let rest: readonly TokenId[] = [];
    let interrupted = false;
    try {
      while (this.wantsMore(tokens.length, room)) {
        const draft = await this.sentence(
          [...prompt, ...tokens],
          [...history, ...tokens],
          rest,
          room - tokens.length,
        );
        if (draft === null) break;
        this.accept(draft);
        tokens.push(...draft.tokens);
        rest = draft.rest;
        if (draft.last) break;
      }
    } catch (error) {
      if (this.parts.signal?.aborted !== true) throw error;
      interrupted = true;
    }
    if (this.text === "" && !interrupted) this.bridge();
    const { text, ended, sampledTokens, rejections } = this;
    return { text, interrupted, ended, sampledTokens, rejections };
  }

  private wantsMore(tokenCount: number, room: number): boolean {
    return wordsOf(this.text).length < this.parts.passage.enoughWords && room - tokenCount > 4;
  }

  private accept(draft: Draft): void {
    const isFirst = this.text === "";
    const isParagraph = /^\s*\n/.test(draft.text);
    const sentence = clean(draft.text);
    const addition = isFirst ? sentence : `${isParagraph ? "\n\n" : " "}${sentence}`;
    this.told.push(sentence);
    this.text += addition;
    this.bound = draft.bound;
    this.parts.onText(addition);
  }

  /** The model has failed at the very first sentence: say something harmless rather than nothing. */
  private bridge(): void {
    const allowed = BRIDGES.filter((bridge) => this.parts.findBanned(bridge) === -1);
    const sentence = allowed[Math.floor(this.parts.rng() * allowed.length)] ?? "...";
    this.text = sentence;
    this.parts.onText(sentence);
  }

  /** The next good sentence, or null when the passage should end here. */
  private async sentence(
    prompt: readonly TokenId[],
    history: readonly TokenId[],
    begun: readonly TokenId[],
    room: number,
  ): Promise<Draft | null> {
    const firstTokens = new Set<TokenId>();
    let start: Start = { begun, banned: new Map() };
    let rewinds = 0;
    for (let attempt = 0; attempt < this.parts.passage.mostAttempts; ) {
      const draft = await this.draft(prompt, history, start, room, this.rung(attempt));
      const sentence = clean(draft.text);
      if (sentence === "" && draft.last && this.text !== "") return null;
      if (isEnding(sentence) && this.parts.mayEnd && this.text !== "") {
        this.ended = true;
        return null;
      }
      const verdict = this.verdictOn(draft, sentence);
      if (verdict === null) return draft;
      this.rejections.push({ verdict, text: sentence });
      if (verdict === "banned phrase" && rewinds++ < MOST_REWINDS) {
        start = this.rewound(start, draft);
        continue;
      }
      const first = draft.tokens.find((token) => !this.parts.vocabulary.newlines.has(token));
      if (first !== undefined) firstTokens.add(first);
      attempt++;
      start = { begun: [], banned: new Map(attempt < 2 ? [] : [[0, firstTokens]]) };
    }
    return null;
  }

  /** The draft up to a banned phrase; the token that began the phrase is ruled out at that place. */
  private rewound(start: Start, draft: Draft): Start {
    const found = this.parts.findBanned(draft.text);
    const place = found === -1 ? draft.text.search(/\S/) : found; // -1: it began in the sentence before
    const index = tokenAt(draft.tokens, place, this.parts.tokenizer);
    const earlier = [...start.banned].filter(([at]) => at <= index);
    const here = new Set(start.banned.get(index)).add(draft.tokens[index]!);
    return { begun: draft.tokens.slice(0, index), banned: new Map([...earlier, [index, here]]) };
  }

  private verdictOn(draft: Draft, sentence: string): string | null {
    if (isEnding(sentence)) return "ends too early";
    if (this.parts.findBanned(`${this.text} ${sentence}`) !== -1) return "banned phrase";
    return draft.complete ? this.parts.judge(sentence, this.told) : "unfinished";
  }

  /** Each further attempt is freer to differ from the last: new coins, then a harder DRY (and other first words). */
  private rung(attempt: number): SamplingSettings {
    const { sampling } = this.parts;
    if (attempt < 2) return sampling;
    return {
      ...sampling,
      dryMultiplier: sampling.dryMultiplier * attempt,
      temperature: sampling.temperature + 0.1 * (attempt - 1),
    };
  }

  /** Samples from the end of `prompt` until a sentence is complete. */
  private async draft(
    prompt: readonly TokenId[],
    history: readonly TokenId[],
    { begun, banned }: Start,
    room: number,
    sampling: SamplingSettings,
  ): Promise<Draft> {
    const { tokenizer, passage, sequence, signal, vocabulary, biases } = this.parts;
    if (begun.some((token) => this.isParagraphLimit(this.text, token))) return this.finished("", []);
    const drafted: TokenId[] = [...begun];
    let { bound } = this;
    const most = Math.min(room, passage.mostSentenceTokens);
    while (drafted.length < most) {
      const logits = await sequence.evaluate([...prompt, ...drafted], signal);
      const text = tokenizer.decode(drafted);
      const state = {
        history: [...history, ...drafted],
        banned: this.bannedAt(text, banned.get(drafted.length) ?? []),
        biases,
        ...(bound === undefined ? {} : { bound }),
      };
      const classes = { exempt: this.parts.spared, breakers: vocabulary.breakers };
      const sampled = sampleToken(logits, sampling, classes, state, this.parts.rng);
      const { token } = sampled;
      bound = sampled.bound;
      this.sampledTokens++;
      if (token === vocabulary.endOfText || (isLineStart(text) && vocabulary.stops.has(token)))
        return this.finished(text, drafted);
      drafted.push(token);
      if (this.isParagraphLimit(text, token)) return this.finished(text, drafted.slice(0, -1));
      const split = this.splitAtSentence(drafted);
      if (split !== null) return { ...split, bound };
    }
    const cut = cutToLastSentence(tokenizer.decode(drafted));
    return { text: cut, tokens: drafted, rest: [], complete: false, last: false };
  }

  private finished(text: string, tokens: readonly TokenId[]): Draft {
    return { text, tokens, rest: [], complete: findSentenceEnd(text, true) !== -1, last: true };
  }

  private isParagraphLimit(before: string, token: TokenId): boolean {
    if (!this.parts.vocabulary.newlines.has(token) || before.trim() === "") return false;
    return this.text.split("\n\n").length >= this.parts.passage.mostParagraphs;
  }

  /** The drafted tokens as a complete sentence and what was sampled beyond it, or null. */
  private splitAtSentence(drafted: readonly TokenId[]): Draft | null {
    const { tokenizer } = this.parts;
    const text = tokenizer.decode(drafted);
    if (isEnding(text.trim())) return this.finished(text, drafted);
    const end = findSentenceEnd(text, false);
    if (end === -1) return null;
    let count = drafted.length;
    while (count > 0 && tokenizer.decode(drafted.slice(0, count - 1)).length >= end) count--;
    const tokens = drafted.slice(0, count);
    return {
      text: tokenizer.decode(tokens),
      tokens,
      rest: drafted.slice(count),
      complete: true,
      last: false,
    };
  }

  /** What may not come next: markup anywhere; line breaks and endings inside a sentence or too early. */
  private *bannedAt(text: string, ruledOut: Iterable<TokenId>): Generator<TokenId> {
    const { vocabulary, passage } = this.parts;
    yield* vocabulary.never;
    yield* ruledOut;
    const told = `${this.text} ${text}`;
    const isEarly = wordsOf(told).length < passage.leastWords;
    const isInside = text.trim() !== "" && findSentenceEnd(text, true) === -1;
    const isStart = this.text === "" && text.trim() === "";
    if (isEarly || isInside || isStart || countQuotes(text) % 2 === 1) {
      yield vocabulary.endOfText;
      yield* vocabulary.newlines;
      yield* vocabulary.stops;
    } else if (!isLineStart(text)) {
      yield* vocabulary.stops;
    }
  }
}

/** Whether `text` ends with a line break, so that the next token begins a line. */
function isLineStart(text: string): boolean {
  return /\n[ ]*$/.test(text);
}

function isEnding(sentence: string): boolean {
  return /^THE END\b/.test(sentence);
}

function clean(text: string): string {
  return toAsciiPunctuation(stripControls(text)).replace(/\s+/g, " ").trim();
}
