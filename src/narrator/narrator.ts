/**
 * The narrator: turns a request of the game into a prompt, has the model write a passage under the guard, and evaluates
 * the next prompt in advance while the player reads. Holds one sequence of the model and no state of the story.
 */
import type {
  KnownRequest,
  NarrateOptions,
  Narration,
  NarrationRequest,
  Narrator,
  SuggestionRequest,
} from "../game/ports.ts";
import type { LanguageModel, Sequence, TokenId } from "../model/types.ts";
import { ContextWindow } from "./context-window.ts";
import { explainTokens } from "./explain-tokens.ts";
import { createGuard, guardContextOf } from "./guard.ts";
import { createLines } from "./parallel-lines.ts";
import { PassageWriter, type WriterParts, type WrittenPassage } from "./passage-writer.ts";
import { createPhraseFinder } from "./phrase-bans.ts";
import { createRng } from "./rng.ts";
import type { SamplingSettings } from "./sampling/dials.ts";
import { PASSAGE } from "./settings.ts";
import { wordsOf } from "./similarity.ts";
import { Speller, wordSourcesOf } from "./speller.ts";
import { STYLES, settingsOf } from "./style.ts";
import { suggestActions } from "./suggestions.ts";
import { describeVocabulary, type Vocabulary } from "./vocabulary.ts";
import { tokenBiases } from "./word-biases.ts";

/** Training adventures end after seven turns at the earliest; a story that ends sooner is a slip of the model. */
const LEAST_TURNS_OF_A_STORY = 7;
/** A suggestion repeats none of so many actions of the player. */
const RECENT_ACTIONS = 4;

export interface NarratorOptions {
  /** Judge sentences and sample rejected ones anew. Default true; false shows the model as it is. */
  readonly guard?: boolean;
  /** Use the rules against repetition while sampling. Default true. */
  readonly rules?: boolean;
}

export class ModelNarrator implements Narrator {
  readonly model: Narrator["model"];
  readonly styles = STYLES;
  private readonly language: LanguageModel;
  private readonly sequence: Sequence;
  private readonly vocabulary: Vocabulary;
  private readonly window: ContextWindow;
  /** What stands between a prompt and a passage that no action came before. */
  private readonly separator: readonly TokenId[];
  private readonly options: NarratorOptions;

  private constructor(language: LanguageModel, sequence: Sequence, options: NarratorOptions) {
    this.options = options;
    const { name, sha256, positions } = language.info;
    this.model = { name, sha256, positions };
    this.language = language;
    this.sequence = sequence;
    this.vocabulary = describeVocabulary(language.tokenizer);
    this.window = new ContextWindow(language.tokenizer, positions);
    const newline = language.tokenizer.encode("\n");
    this.separator = [...newline, ...newline];
  }

  /** Creates a narrator on a loaded model; both are the caller's to dispose of, and disposing of the model is enough. */
  static async create(language: LanguageModel, options: NarratorOptions = {}): Promise<ModelNarrator> {
    return new ModelNarrator(language, await language.createSequence(), options);
  }

  /** Gives its memory back; nothing may be asked of it afterwards. */
  async dispose(): Promise<void> {
    await this.sequence.dispose();
  }

  async narrate(request: NarrationRequest, options: NarrateOptions = {}): Promise<Narration> {
    const started = performance.now();
    const context = this.window.build(request);
    const reusedTokens = commonPrefix(this.sequence.tokens, context.tokens);
    let firstTextMs = 0;
    const onText = (text: string) => {
      if (firstTextMs === 0) firstTextMs = performance.now() - started;
      options.onText?.(text);
    };
    // The known part first, whether or not `prepare` has done it: the model then computes the same slices either way.
    const interrupted = await this.evaluate(context.prefix, options.signal);
    const written = interrupted
      ? nothing
      : await this.writer(request, context.prefix.length, onText, options).write(
          context.tokens,
          context.history,
          this.window.replyTokens,
        );
    return {
      passage: written.text,
      interrupted: written.interrupted,
      ended: written.ended,
      stats: {
        promptTokens: context.tokens.length,
        reusedTokens,
        sampledTokens: written.sampledTokens,
        firstTextMs,
        totalMs: performance.now() - started,
        rejections: written.rejections,
      },
    };
  }

  async prepare(request: KnownRequest, signal?: AbortSignal): Promise<void> {
    await this.evaluate(this.window.buildPrefix(request), signal);
  }

  recall(request: NarrationRequest) {
    return this.window.recall(request);
  }

  async suggest(request: SuggestionRequest, signal?: AbortSignal): Promise<readonly string[]> {
    const { tokenizer } = this.language;
    const prefix = this.window.buildPrefix(request);
    if (await this.evaluate(prefix, signal)) return [];
    const recent = request.turns.slice(-RECENT_ACTIONS).map(({ action }) => action.text);
    return suggestActions(() => createLines(this.language, this.sequence, prefix), recent, {
      tokenizer,
      vocabulary: this.vocabulary,
      rng: createRng(request.seed),
      findBanned: createPhraseFinder(request.style?.bans ?? []),
      biases: tokenBiases(request.style?.biases ?? {}, tokenizer, this.vocabulary.exempt),
      speller: this.speller(request),
      signal,
    });
  }

  async explainPassage(request: NarrationRequest, passage: string, signal?: AbortSignal) {
    const { tokenizer } = this.language;
    const { prefix, tokens, history } = this.window.build(request);
    const settings = settingsOf(request.style);
    // The narrator's own sequence stays as it is, to the last bit.
    const sequence = await this.language.createSequence();
    const other = await this.language.createSequence();
    try {
      return await explainTokens(tokenizer.encode(passage).slice(0, this.window.replyTokens), {
        sequence,
        tokenizer,
        prompt: tokens,
        history,
        settings,
        other,
        separator: this.separator,
        answeringSentences: PASSAGE.answeringSentences,
        ...this.contrasts(request, settings, prefix.length),
        classes: { exempt: this.spared(request), breakers: this.vocabulary.breakers },
        banned: this.vocabulary.never,
        speller: this.speller(request),
        biases: tokenBiases(request.style?.biases ?? {}, tokenizer, this.vocabulary.exempt),
        signal,
      });
    } finally {
      await Promise.all([sequence.dispose(), other.dispose()]);
    }
  }

  explain(request: NarrationRequest) {
    return this.window.explain(request);
  }

  /** Evaluates and tells whether it was interrupted. */
  private async evaluate(tokens: readonly TokenId[], signal: AbortSignal | undefined): Promise<boolean> {
    try {
      await this.sequence.evaluate(tokens, signal);
      return false;
    } catch (error) {
      if (signal?.aborted === true) return true;
      throw error;
    }
  }

  /** Tokens of grammar, of the action, which the answer has to take up, and of names in the story's header and notes. */
  private spared({ header, notes, inserted, remembered, action }: NarrationRequest): ReadonlySet<TokenId> {
    const texts = [...[...header, ...notes, ...inserted].map(({ text }) => text), ...remembered];
    const words = ` ${wordsOf(action.text).join(" ")}${namesIn(texts.join(" "))}`;
    return new Set([...this.vocabulary.exempt, ...this.language.tokenizer.encode(words)]);
  }

  /** Nothing to answer where the player only goes on; no second view where the model cannot part into branches. */
  private contrasts(
    { action }: NarrationRequest,
    { guidance, candidates, focus }: SamplingSettings,
    prefixLength: number,
  ): Pick<WriterParts, "toAction" | "toStory"> {
    const isAnswer = action.kind !== "continue" && (guidance > 0 || candidates > 1);
    const toAction = isAnswer ? { prefixLength, guidance, candidates } : undefined;
    const toStory = focus > 0 ? { prefixLength: 1, guidance: focus, candidates: 1 } : undefined;
    return this.sequence.branch === undefined
      ? { toAction: undefined, toStory: undefined }
      : { toAction, toStory };
  }

  private speller(request: KnownRequest & Partial<NarrationRequest>): Speller | undefined {
    const { words } = this.language;
    return words === undefined
      ? undefined
      : new Speller(this.vocabulary.texts, words, wordSourcesOf(request));
  }

  private writer(
    request: NarrationRequest,
    prefixLength: number,
    onText: (text: string) => void,
    { signal }: NarrateOptions,
  ): PassageWriter {
    const { style } = request;
    const sampling = settingsOf(style);
    const { tokenizer } = this.language;
    return new PassageWriter({
      sequence: this.sequence,
      positions: this.language.info.positions,
      tokenizer,
      vocabulary: this.vocabulary,
      sampling: this.options.rules === false ? withoutRules(sampling) : sampling,
      passage: PASSAGE,
      rng: createRng(request.seed),
      judge: this.options.guard === false ? acceptAll : createGuard(guardContextOf(request)),
      spared: this.spared(request),
      findBanned: createPhraseFinder(style?.bans ?? []),
      biases: tokenBiases(style?.biases ?? {}, tokenizer, this.vocabulary.exempt),
      speller: this.speller(request),
      mayEnd: request.turns.length >= LEAST_TURNS_OF_A_STORY,
      separator: this.separator,
      ...this.contrasts(request, sampling, prefixLength),
      onText,
      signal,
    });
  }
}

const acceptAll = () => null;

function withoutRules(sampling: SamplingSettings): SamplingSettings {
  const off = {
    repetitionPenalty: 1,
    frequencyPenalty: 0,
    presencePenalty: 0,
    dryMultiplier: 0,
    noRepeatNgram: 0,
  };
  return { ...sampling, ...off };
}

const nothing: WrittenPassage = {
  text: "",
  interrupted: true,
  ended: false,
  sampledTokens: 0,
  rejections: [],
};

/** Capitalised words, as they would stand inside a sentence. */
function namesIn(text: string): string {
  return ` ${(text.match(/\p{Lu}[\p{L}']+/gu) ?? []).join(" ")}`;
}

function commonPrefix(a: readonly TokenId[], b: readonly TokenId[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return length;
}
