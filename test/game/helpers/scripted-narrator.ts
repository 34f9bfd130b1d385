/** A narrator that tells what a test scripts: deterministic from the request, abortable, and able to fail. */
import type {
  BracketLine,
  ContextReport,
  KnownRequest,
  NarrateOptions,
  Narration,
  NarrationRequest,
  NarrationStats,
  Narrator,
  StyleCatalog,
  SuggestionRequest,
  TokenChoice,
} from "../../../src/game/ports.ts";

type Base = KnownRequest;

const STATS: NarrationStats = {
  promptTokens: 100,
  reusedTokens: 90,
  sampledTokens: 20,
  firstTextMs: 5,
  totalMs: 1000,
  rejections: [],
};

export class ScriptedNarrator implements Narrator {
  readonly model = { name: "scripted", sha256: "0".repeat(64), positions: 1024 };
  readonly requests: NarrationRequest[] = [];
  readonly prepared: Base[] = [];
  /** Sentences for a request. */
  tell: (request: NarrationRequest) => readonly string[] = ({ action, turns, seed }) => [
    `Turn ${turns.length + 1} answers ${action.kind}.`,
    ` Seed ${seed}.`,
  ];
  ends = false;
  /** Thrown by the next narrate, after its first sentence. */
  failure: Error | undefined;
  /** When set, narrate waits for an abort behind the first sentence. */
  holdsUntilAborted = false;
  isBusy = false;

  readonly explained: { readonly request: NarrationRequest; readonly passage: string }[] = [];
  /** What `explainPassage` answers. */
  tokens: readonly TokenChoice[] = [];

  async explainPassage(request: NarrationRequest, passage: string): Promise<readonly TokenChoice[]> {
    this.explained.push({ request, passage });
    return this.exclusively(async () => this.tokens);
  }

  async narrate(request: NarrationRequest, options: NarrateOptions = {}): Promise<Narration> {
    const { onText, signal } = options;
    this.requests.push(request);
    return this.exclusively(async () => {
      let passage = "";
      for (const [index, sentence] of this.tell(request).entries()) {
        if (index > 0 && this.holdsUntilAborted) await aborted(signal);
        if (signal?.aborted) return { passage, interrupted: true, ended: false, stats: STATS };
        passage += sentence;
        onText?.(sentence);
        await Promise.resolve();
        this.throwFailure();
      }
      return { passage, interrupted: false, ended: this.ends, stats: STATS };
    });
  }

  /** Goes on until aborted, as a slow machine would. */
  async prepare(request: Base, signal?: AbortSignal): Promise<void> {
    this.prepared.push(request);
    await this.exclusively(() => aborted(signal));
  }

  readonly styles: StyleCatalog = {
    defaultPreset: "steady",
    presets: { steady: { temperature: 0.7, "top-k": 60 }, vivid: { temperature: 1, "top-k": 0 } },
    dials: [
      { name: "temperature", least: 0, most: 2, isWhole: false, help: "1 = off" },
      { name: "top-k", least: 0, most: 256, isWhole: true, help: "0 = off" },
    ],
  };
  readonly suggestionRequests: SuggestionRequest[] = [];
  /** What `suggest` answers. */
  suggestions: readonly string[] = ["You open the door.", 'You say "Who is there?"', "You wait."];

  async suggest(request: SuggestionRequest): Promise<readonly string[]> {
    this.suggestionRequests.push(request);
    return this.exclusively(async () => this.suggestions);
  }

  /** What `recall` answers. */
  recalls: (request: NarrationRequest) => readonly BracketLine[] = () => [];

  recall(request: NarrationRequest): readonly BracketLine[] {
    return this.recalls(request);
  }

  explain(request: NarrationRequest): ContextReport {
    const text = request.turns.map(({ passage }) => passage).join(" ");
    const pieces = [{ source: "turns", text, tokens: 42, state: "included", reason: "recent" } as const];
    return { pieces, promptTokens: 42, replyTokens: 200, positions: 1024 };
  }

  /** The real narrator has one model; two callers at once are a bug of the session. */
  private async exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.isBusy) throw new Error("the narrator was asked twice at once");
    this.isBusy = true;
    try {
      return await work();
    } finally {
      this.isBusy = false;
    }
  }

  private throwFailure(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal === undefined || signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
