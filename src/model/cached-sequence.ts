/**
 * A sequence evaluated in this thread, over a graph of any kind. Slices end at multiples of the graph's slice length, so
 * what is computed depends on the tokens and the calls only, never on time: an evaluation that was stopped and taken up
 * again gives the same bits.
 */
import type { CachedGraph, RowCache } from "./cached-graph.ts";
import { closed } from "./closed-error.ts";
import { scoreTokens } from "./score.ts";
import type { StopSignal } from "./stop-signal.ts";
import { checkTokens } from "./token-check.ts";
import type { Score, Sequence, TokenId } from "./types.ts";

export class CachedSequence<C extends RowCache> implements Sequence {
  protected readonly logits: Float32Array;
  readonly #graph: CachedGraph<C>;
  readonly #tokens: TokenId[] = [];
  /** Where the run began that evaluated each token. */
  readonly #runStarts: number[] = [];
  #cache: C | undefined;
  #logitsAreCurrent = false;
  #isTaken = false;

  /** `logits` (V) receives the results; give one over shared memory to read them from another thread. */
  constructor(graph: CachedGraph<C>, logits: Float32Array = new Float32Array(graph.limits.vocabularySize)) {
    this.#graph = graph;
    this.logits = logits;
    this.#cache = graph.createCache();
  }

  get tokens(): readonly TokenId[] {
    return this.#tokens;
  }

  async evaluate(tokens: readonly TokenId[], signal?: StopSignal): Promise<Float32Array> {
    checkTokens(tokens, this.#graph.limits);
    // The caller may change its array meanwhile, or give this.tokens itself.
    const asked = [...tokens];
    return this.exclusively(async (cache) => {
      this.#rewindTo(asked, cache);
      while (this.#tokens.length < asked.length) {
        signal?.throwIfAborted();
        if (this.#cache === undefined) throw closed();
        const start = this.#tokens.length;
        await this.#evaluateSlice(cache, asked.slice(start, this.#sliceEnd(start, asked.length)));
      }
      return this.logits;
    });
  }

  async score(tokens: readonly TokenId[], signal?: StopSignal): Promise<Score> {
    checkTokens(tokens, this.#graph.limits);
    return this.exclusively(() => scoreTokens(this.#graph, tokens, signal));
  }

  async dispose(): Promise<void> {
    this.#cache = undefined;
    this.#tokens.length = 0;
    this.#runStarts.length = 0;
  }

  /** Begins a call: until `release` all others throw. Throws `model.closed` after `dispose`. */
  protected take(): C {
    if (this.#cache === undefined) throw closed();
    if (this.#isTaken) throw new Error("a sequence takes one call at a time");
    this.#isTaken = true;
    return this.#cache;
  }

  protected release(): void {
    this.#isTaken = false;
  }

  /** One call from beginning to end. */
  protected async exclusively<T>(work: (cache: C) => Promise<T>): Promise<T> {
    const cache = this.take();
    try {
      return await work(cache);
    } finally {
      this.release();
    }
  }

  /** Takes over tokens whose rows are in the cache already, each from a run of its own. */
  protected append(tokens: readonly TokenId[]): void {
    for (const token of tokens) this.#appendRun([token]);
    if (tokens.length > 0) this.#logitsAreCurrent = false;
  }

  /**
   * Keeps the longest common prefix. When its logits are asked for again, the whole run that ended there is repeated: a
   * run of the last token alone would round differently, and the same request would not give the same passage.
   */
  #rewindTo(tokens: readonly TokenId[], cache: C): void {
    const common = commonPrefixLength(this.#tokens, tokens);
    const isCurrent = common === this.#tokens.length && this.#logitsAreCurrent;
    const kept = common < tokens.length || isCurrent ? common : this.#runStarts[common - 1]!;
    if (kept < this.#tokens.length) this.#truncate(kept, cache);
  }

  async #evaluateSlice(cache: C, slice: readonly TokenId[]): Promise<void> {
    try {
      this.logits.set(await this.#graph.run(cache, slice, -1));
    } catch (error) {
      this.#truncate(0, cache);
      throw error;
    }
    this.#appendRun(slice);
    this.#logitsAreCurrent = true;
  }

  #appendRun(tokens: readonly TokenId[]): void {
    const start = this.#tokens.length;
    for (const token of tokens) {
      this.#tokens.push(token);
      this.#runStarts.push(start);
    }
  }

  #truncate(length: number, cache: C): void {
    cache.truncate(length);
    this.#tokens.length = length;
    this.#runStarts.length = length;
    this.#logitsAreCurrent = false;
  }

  #sliceEnd(start: number, length: number): number {
    const { sliceTokens } = this.#graph;
    return Math.min((Math.floor(start / sliceTokens) + 1) * sliceTokens, length);
  }
}

function commonPrefixLength(a: readonly TokenId[], b: readonly TokenId[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}
