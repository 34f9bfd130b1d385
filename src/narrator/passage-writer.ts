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
import { relevance } from "./relevance.ts";
import type { Rng } from "./rng.ts";
import type { SamplingSettings } from "./sampling/dials.ts";
import { type Draft, isEnding, SentenceDraft, type Start } from "./sentence-draft.ts";
import type { PassageSettings } from "./settings.ts";
import { wordsOf } from "./similarity.ts";
import type { Speller } from "./speller.ts";
import { Views } from "./views.ts";
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
  /** Absent where the model's words are not known. */
  readonly speller: Speller | undefined;
  /** The model's. */
  readonly positions: number;
  /** Whether the story is old enough to end; the line THE END is refused before. */
  readonly mayEnd: boolean;
  /** What stands between a prompt and a passage that no action came before. */
  readonly separator: readonly TokenId[];
  /** For the first sentences, which answer the player's action; absent where there is none. */
  readonly toAction: Contrast | undefined;
  /** For the others, which go on with the story. */
  readonly toStory: Contrast | undefined;
  readonly onText: (text: string) => void;
  readonly signal: AbortSignal | undefined;
}

/** A second view of the same sentence: behind the prompt's first tokens only. What the rest makes likelier is strengthened. */
export interface Contrast {
  /** How many of the prompt's tokens the second view has, 1 or more. */
  readonly prefixLength: number;
  /** How strongly the rest of the prompt steers each token; 0 is not at all. */
  readonly guidance: number;
  /** How many sentences are sampled to choose among; at least 1. */
  readonly candidates: number;
}

/** The second view of the sentence behind `told` others of its passage, the first `answering` of which answer the action. */
export function contrastAt(
  told: number,
  answering: number,
  { toAction, toStory }: Pick<WriterParts, "toAction" | "toStory">,
): Contrast | undefined {
  return told < answering ? (toAction ?? toStory) : toStory;
}

export interface WrittenPassage {
  readonly text: string;
  readonly interrupted: boolean;
  readonly ended: boolean;
  readonly sampledTokens: number;
  readonly rejections: readonly Rejection[];
}

/** Where the next sentence goes. */
interface Place {
  readonly prompt: readonly TokenId[];
  /** The passage before it. */
  readonly told: readonly TokenId[];
  /** The story's tokens without header lines. */
  readonly history: readonly TokenId[];
  /** Most tokens it may have. */
  readonly room: number;
}

export class PassageWriter {
  private readonly parts: WriterParts;
  private readonly views: Views;
  private readonly told: string[] = [];
  private readonly rejections: Rejection[] = [];
  private text = "";
  private sampledTokens = 0;
  private bound: number | undefined;
  private ended = false;

  constructor(parts: WriterParts) {
    this.parts = parts;
    this.views = new Views(parts.sequence, parts.separator, parts.signal);
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
        const place = {
          prompt,
          told: [...tokens],
          history: [...history, ...tokens],
          room: room - tokens.length,
        };
        const draft = await this.sentence(place, rest);
        if (draft === null) break;
        this.accept(draft);
        tokens.push(...draft.tokens);
        rest = draft.rest;
        if (draft.last) break;
      }
      await this.views.close([...prompt, ...tokens]);
    } catch (error) {
      // The model may be gone already, and what is told so far must not be lost with it.
      await this.views.close([...prompt, ...tokens]).catch(() => {});
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
  private async sentence(place: Place, begun: readonly TokenId[]): Promise<Draft | null> {
    const firstTokens = new Set<TokenId>();
    let start: Start = { begun, banned: new Map() };
    let rewinds = 0;
    for (let attempt = 0; attempt < this.parts.passage.mostAttempts; ) {
      const draft = await this.draft(place, start, this.rung(attempt), attempt === 0);
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

  /** Samples a sentence; where there is a second view and several `candidates`, the best of them at the first attempt. */
  private async draft(
    place: Place,
    start: Start,
    sampling: SamplingSettings,
    isFirst: boolean,
  ): Promise<Draft> {
    const { passage, sequence, signal } = this.parts;
    const contrast = contrastAt(this.told.length, passage.answeringSentences, this.parts);
    if (contrast !== undefined) {
      const candidates = isFirst ? Math.min(contrast.candidates, this.mostDrafts(place)) : 1;
      return this.bestOf({ ...contrast, candidates }, place, start, sampling);
    }
    await this.views.close([...place.prompt, ...place.told]);
    const draft = this.begin(place, start, sampling, false);
    while (draft.result === null)
      draft.extend(await sequence.evaluate([...place.prompt, ...place.told, ...draft.tokens], signal));
    this.sampledTokens += draft.sampledTokens;
    return draft.result;
  }

  /** All drafts and what is told share the positions of one window, each in two views. */
  private mostDrafts({ told, room }: Place): number {
    const { passage, positions, separator } = this.parts;
    const rows = positions - 2 * told.length - separator.length;
    return Math.max(1, Math.floor(rows / (2 * Math.min(room, passage.mostSentenceTokens))));
  }

  private begin(
    { history, room }: Place,
    start: Start,
    sampling: SamplingSettings,
    isScored: boolean,
  ): SentenceDraft {
    const { parts, text: told, bound } = this;
    const classes = { exempt: parts.spared, breakers: parts.vocabulary.breakers };
    const where = { told, history, start, room, bound };
    return new SentenceDraft({ ...parts, ...where, sampling, classes, isScored });
  }

  /** Samples sentences together and returns the one that the prompt explains best, of those that the guard accepts. */
  private async bestOf(
    contrast: Contrast,
    place: Place,
    start: Start,
    sampling: SamplingSettings,
  ): Promise<Draft> {
    const { candidates, guidance } = contrast;
    const drafts = Array.from({ length: candidates }, () =>
      this.begin(place, start, { ...sampling, guidance }, candidates > 1),
    );
    await this.extendTogether(drafts, contrast, place, start.begun);
    for (const draft of drafts) this.sampledTokens += draft.sampledTokens;
    const ranked = drafts.toSorted((a, b) => relevanceOf(b, start) - relevanceOf(a, start));
    for (const { result } of ranked.slice(0, -1)) {
      const sentence = clean(result!.text);
      const verdict = this.verdictOn(result!, sentence);
      if (verdict === null) return result!;
      this.rejections.push({ verdict, text: sentence });
    }
    return ranked.at(-1)!.result!;
  }

  /** Samples the drafts until all of them are over, each with the logits of both views. */
  private async extendTogether(
    drafts: readonly SentenceDraft[],
    { prefixLength }: Contrast,
    { prompt, told }: Place,
    begun: readonly TokenId[],
  ): Promise<void> {
    const passage = [...told, ...begun];
    let seen = await this.views.begin(drafts.length, { prompt, passage, partLength: prefixLength });
    for (;;) {
      const next = drafts.map((draft, i) =>
        draft.result === null ? draft.extend(seen[i]!.whole, seen[i]!.part) : null,
      );
      if (next.every((token) => token === null)) return;
      seen = await this.views.step(next);
    }
  }
}

function relevanceOf({ tokens, guided, unguided }: SentenceDraft, { begun }: Start): number {
  return relevance({ tokens: tokens.length - begun.length, guided, unguided });
}

function clean(text: string): string {
  return toAsciiPunctuation(stripControls(text)).replace(/\s+/g, " ").trim();
}
