/**
 * A sequence evaluated in this thread. Slices end at multiples of 128 positions, so what is computed depends on the tokens
 * and the calls only, never on time: an evaluation that was stopped and taken up again gives the same bits.
 */
import { closed } from "./closed-error.ts";
import type { Gpt2Session } from "./gpt2-session.ts";
import type { KvCache } from "./kv-cache.ts";
import { checkBranchCount, type KeptBranch, OnnxBranches } from "./onnx-branches.ts";
import { scoreTokens } from "./score.ts";
import type { StopSignal } from "./stop-signal.ts";
import { checkTokens } from "./token-check.ts";
import type { Score, Sequence, TokenId } from "./types.ts";

/** Most tokens in one run: bounds memory and the time until a stop is noticed. */
const SLICE_TOKENS = 128;

export class OnnxSequence implements Sequence {
  readonly #session: Gpt2Session;
  readonly #logits: Float32Array;
  readonly #tokens: TokenId[] = [];
  /** Where the run began that evaluated each token. */
  readonly #runStarts: number[] = [];
  #cache: KvCache | undefined;
  #branches: OnnxBranches | undefined;
  #logitsAreCurrent = false;
  #busy = false;

  /** `logits` (V) receives the results; give one over shared memory to read them from another thread. */
  constructor(session: Gpt2Session, logits: Float32Array = new Float32Array(session.limits.vocabularySize)) {
    this.#session = session;
    this.#logits = logits;
    this.#cache = session.createCache();
  }

  get tokens(): readonly TokenId[] {
    return this.#tokens;
  }

  async evaluate(tokens: readonly TokenId[], signal?: StopSignal): Promise<Float32Array> {
    checkTokens(tokens, this.#session.limits);
    // The caller may change its array meanwhile, or give this.tokens itself.
    const asked = [...tokens];
    return this.#exclusively(async (cache) => {
      this.#rewindTo(asked, cache);
      while (this.#tokens.length < asked.length) {
        signal?.throwIfAborted();
        if (this.#cache === undefined) throw closed();
        const start = this.#tokens.length;
        await this.#evaluateSlice(cache, asked.slice(start, sliceEnd(start, asked.length)));
      }
      return this.#logits;
    });
  }

  async score(tokens: readonly TokenId[], signal?: StopSignal): Promise<Score> {
    checkTokens(tokens, this.#session.limits);
    return this.#exclusively(() => scoreTokens(this.#session, tokens, signal));
  }

  /** `logits` [count, V] receives the branches' results. */
  async branch(
    count: number,
    logits: Float32Array = new Float32Array(count * this.#session.limits.vocabularySize),
  ): Promise<OnnxBranches> {
    checkBranchCount(count);
    // Does nothing unless the last evaluation was stopped before it gave logits.
    await this.evaluate(this.#tokens);
    return this.#exclusively(async (cache) => {
      const { vocabularySize } = this.#session.limits;
      const rows = Array.from({ length: count }, (_, i) =>
        logits.subarray(i * vocabularySize, (i + 1) * vocabularySize),
      );
      for (const row of rows) row.set(this.#logits);
      this.#branches = new OnnxBranches(this.#session, cache, rows, (kept) => this.#rejoin(kept));
      return this.#branches;
    });
  }

  async dispose(): Promise<void> {
    this.#branches?.abandon();
    this.#cache = undefined;
    this.#tokens.length = 0;
    this.#runStarts.length = 0;
  }

  #rejoin(kept: KeptBranch | undefined): void {
    this.#branches = undefined;
    if (kept === undefined) return;
    for (const token of kept.tokens) {
      this.#runStarts.push(this.#tokens.length);
      this.#tokens.push(token);
    }
    this.#logits.set(kept.logits);
  }

  /**
   * Keeps the longest common prefix. When its logits are asked for again, the whole run that ended there is repeated: a
   * run of the last token alone would round differently, and the same request would not give the same passage.
   */
  #rewindTo(tokens: readonly TokenId[], cache: KvCache): void {
    const common = commonPrefixLength(this.#tokens, tokens);
    const isCurrent = common === this.#tokens.length && this.#logitsAreCurrent;
    const kept = common < tokens.length || isCurrent ? common : this.#runStarts[common - 1]!;
    if (kept < this.#tokens.length) this.#truncate(kept, cache);
  }

  async #evaluateSlice(cache: KvCache, slice: readonly TokenId[]): Promise<void> {
    try {
      this.#logits.set(await this.#session.run(cache, slice, -1));
    } catch (error) {
      this.#truncate(0, cache);
      throw error;
    }
    const start = this.#tokens.length;
    for (const token of slice) {
      this.#tokens.push(token);
      this.#runStarts.push(start);
    }
    this.#logitsAreCurrent = true;
  }

  #truncate(length: number, cache: KvCache): void {
    cache.truncate(length);
    this.#tokens.length = length;
    this.#runStarts.length = length;
    this.#logitsAreCurrent = false;
  }

  async #exclusively<T>(work: (cache: KvCache) => Promise<T>): Promise<T> {
    if (this.#cache === undefined) throw closed();
    if (this.#busy || this.#branches !== undefined) throw new Error("a sequence takes one call at a time");
    this.#busy = true;
    try {
      return await work(this.#cache);
    } finally {
      this.#busy = false;
    }
  }
}

function sliceEnd(start: number, length: number): number {
  const boundary = (Math.floor(start / SLICE_TOKENS) + 1) * SLICE_TOKENS;
  return Math.min(boundary, length);
}

function commonPrefixLength(a: readonly TokenId[], b: readonly TokenId[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}
