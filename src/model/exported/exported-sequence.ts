/**
 * A sequence over an exported decoder, evaluated in this thread. Slices end at multiples of the slice length, so what is
 * computed depends on the tokens and the calls only, never on time.
 */
import { closed } from "../closed-error.ts";

import { scoreRow } from "../score.ts";
import type { StopSignal } from "../stop-signal.ts";
import { checkTokens } from "../token-check.ts";
import type { Score, Sequence, TokenId } from "../types.ts";
import type { ExportedCache } from "./exported-cache.ts";
import type { ExportedSession } from "./exported-session.ts";

export class ExportedSequence implements Sequence {
  readonly #session: ExportedSession;
  readonly #sliceTokens: number;
  readonly #logits: Float32Array;
  readonly #tokens: TokenId[] = [];
  #cache: ExportedCache | undefined;
  #logitsAreCurrent = false;
  #busy = false;

  /** `sliceTokens` is the most tokens of one run; `logits` (V) receives the results. */
  constructor(session: ExportedSession, sliceTokens: number, logits?: Float32Array) {
    this.#session = session;
    this.#sliceTokens = sliceTokens;
    this.#logits = logits ?? new Float32Array(session.config.vocabularySize);
    this.#cache = session.createCache();
  }

  get tokens(): readonly TokenId[] {
    return this.#tokens;
  }

  async evaluate(tokens: readonly TokenId[], signal?: StopSignal): Promise<Float32Array> {
    checkTokens(tokens, this.#session.config);
    // The caller may change its array meanwhile, or give this.tokens itself.
    const asked = [...tokens];
    return this.#exclusively(async (cache) => {
      this.#rewindTo(asked, cache);
      while (this.#tokens.length < asked.length) {
        signal?.throwIfAborted();
        if (this.#cache === undefined) throw closed();
        const start = this.#tokens.length;
        await this.#evaluateSlice(cache, asked.slice(start, this.#sliceEnd(start, asked.length)));
      }
      return this.#logits;
    });
  }

  async score(tokens: readonly TokenId[], signal?: StopSignal): Promise<Score> {
    checkTokens(tokens, this.#session.config);
    return this.#exclusively(() => this.#score(tokens, signal));
  }

  async dispose(): Promise<void> {
    this.#cache = undefined;
    this.#tokens.length = 0;
  }

  /** Keeps the longest common prefix, but always leaves a token to evaluate unless the logits are those asked for. */
  #rewindTo(tokens: readonly TokenId[], cache: ExportedCache): void {
    let common = 0;
    while (common < tokens.length && this.#tokens[common] === tokens[common]) common++;
    const isCurrent = common === tokens.length && common === this.#tokens.length && this.#logitsAreCurrent;
    const kept = isCurrent ? common : Math.min(common, tokens.length - 1);
    if (kept < this.#tokens.length) this.#truncate(kept, cache);
  }

  async #evaluateSlice(cache: ExportedCache, slice: readonly TokenId[]): Promise<void> {
    const { vocabularySize } = this.#session.config;
    const rows = await this.#session.run(cache, slice);
    this.#logits.set(rows.subarray((slice.length - 1) * vocabularySize));
    for (const token of slice) this.#tokens.push(token);
    this.#logitsAreCurrent = true;
  }

  #truncate(length: number, cache: ExportedCache): void {
    cache.truncate(length);
    this.#tokens.length = length;
    this.#logitsAreCurrent = false;
  }

  #sliceEnd(start: number, length: number): number {
    const boundary = (Math.floor(start / this.#sliceTokens) + 1) * this.#sliceTokens;
    return Math.min(boundary, length);
  }

  /** With a cache of its own, so that the sequence's tokens stay. */
  async #score(tokens: readonly TokenId[], signal: StopSignal | undefined): Promise<Score> {
    const { vocabularySize } = this.#session.config;
    const known = tokens.length - 1;
    const score = { logProbabilities: new Float32Array(known), top1: new Int32Array(known) };
    const cache = this.#session.createCache();
    for (let start = 0; start < known; start += this.#sliceTokens) {
      signal?.throwIfAborted();
      const slice = tokens.slice(start, Math.min(start + this.#sliceTokens, known));
      const rows = await this.#session.run(cache, slice);
      for (let i = 0; i < slice.length; i++) {
        const row = rows.subarray(i * vocabularySize, (i + 1) * vocabularySize);
        const { logProbability, top1 } = scoreRow(row, tokens[start + i + 1]!);
        score.logProbabilities[start + i] = logProbability;
        score.top1[start + i] = top1;
      }
    }
    return score;
  }

  async #exclusively<T>(work: (cache: ExportedCache) => Promise<T>): Promise<T> {
    if (this.#cache === undefined) throw closed();
    if (this.#busy) throw new Error("a sequence takes one call at a time");
    this.#busy = true;
    try {
      return await work(this.#cache);
    } finally {
      this.#busy = false;
    }
  }
}
