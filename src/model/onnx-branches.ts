/**
 * Branches of a sequence, evaluated in this thread. Their rows lie in the sequence's cache behind the shared ones, in the
 * order in which they were computed, and the attention bias hides from each branch the rows of the others: a step of B
 * branches is one run of B rows, and the shared rows are read once. Known as tree attention, from speculative decoding:
 * Miao et al. 2023, "SpecInfer".
 */
import { AppError } from "../shared/errors.ts";
import { closed } from "./closed-error.ts";
import type { Gpt2Session } from "./gpt2-session.ts";
import type { KvCache } from "./kv-cache.ts";
import { HIDDEN, type RunInputs } from "./run-inputs.ts";
import type { StopSignal } from "./stop-signal.ts";
import { checkTokens } from "./token-check.ts";
import type { Branches, TokenId } from "./types.ts";

const MOST_BRANCHES = 8;

/** What the sequence has to know of the branch it continues as. */
export interface KeptBranch {
  readonly tokens: readonly TokenId[];
  readonly logits: Float32Array;
}

export class OnnxBranches implements Branches {
  readonly #session: Gpt2Session;
  readonly #cache: KvCache;
  readonly #shared: number;
  readonly #tokens: readonly TokenId[][];
  /** The branch of each row of the cache behind the shared ones. */
  readonly #owners: number[] = [];
  readonly #logits: readonly Float32Array[];
  readonly #onEnd: (kept: KeptBranch | undefined) => void;
  #isOpen = true;
  #busy = false;

  /** One branch for each array of `logits` (V), which hold the logits that follow the shared rows. */
  constructor(
    session: Gpt2Session,
    cache: KvCache,
    logits: readonly Float32Array[],
    onEnd: (kept: KeptBranch | undefined) => void,
  ) {
    this.#session = session;
    this.#cache = cache;
    this.#shared = cache.length;
    this.#tokens = logits.map(() => []);
    this.#logits = logits;
    this.#onEnd = onEnd;
  }

  get tokens(): readonly (readonly TokenId[])[] {
    return this.#tokens;
  }

  async step(tokens: readonly (TokenId | null)[], signal?: StopSignal): Promise<readonly Float32Array[]> {
    this.#checkStep(tokens);
    signal?.throwIfAborted();
    const active = tokens.flatMap((token, branch) => (token === null ? [] : [branch]));
    if (active.length === 0) return this.#logits;
    this.#busy = true;
    try {
      const added = active.map((branch) => tokens[branch]!);
      const logits = await this.#session.runRows(this.#cache, this.#inputs(active, added));
      this.#accept(active, added, logits);
    } finally {
      this.#busy = false;
    }
    return this.#logits;
  }

  async keep(index: number): Promise<void> {
    this.#checkOpen();
    const tokens = this.#tokens[index];
    if (tokens === undefined) throw new RangeError(`there is no branch ${index}`);
    const rows = this.#owners.flatMap((owner, i) => (owner === index ? [this.#shared + i] : []));
    this.#cache.compact(this.#shared, rows);
    this.#end({ tokens, logits: this.#logits[index]! });
  }

  async dispose(): Promise<void> {
    if (!this.#isOpen) return;
    this.#checkOpen();
    this.#cache.truncate(this.#shared);
    this.#end(undefined);
  }

  /** For a sequence that is disposed of: later calls throw `model.closed`. */
  abandon(): void {
    this.#isOpen = false;
  }

  #end(kept: KeptBranch | undefined): void {
    this.#isOpen = false;
    this.#onEnd(kept);
  }

  #inputs(active: readonly number[], tokens: readonly TokenId[]): RunInputs {
    const { length, capacity } = this.#cache;
    const columns = capacity + active.length;
    const attentionBias = new Float32Array(active.length * columns).fill(HIDDEN);
    active.forEach((branch, row) => {
      const start = row * columns;
      attentionBias.fill(0, start, start + this.#shared);
      for (let i = this.#shared; i < length; i++)
        if (this.#owners[i - this.#shared] === branch) attentionBias[start + i] = 0;
      attentionBias[start + capacity + row] = 0;
    });
    const positions = active.map((branch) => this.#shared + this.#tokens[branch]!.length);
    return { tokens, positions, attentionBias, logitsFrom: 0 };
  }

  #accept(active: readonly number[], tokens: readonly TokenId[], logits: Float32Array): void {
    const { vocabularySize } = this.#session.limits;
    active.forEach((branch, row) => {
      this.#owners.push(branch);
      this.#tokens[branch]!.push(tokens[row]!);
      this.#logits[branch]!.set(logits.subarray(row * vocabularySize, (row + 1) * vocabularySize));
    });
  }

  #checkStep(tokens: readonly (TokenId | null)[]): void {
    this.#checkOpen();
    if (tokens.length !== this.#tokens.length)
      throw new RangeError(`${tokens.length} tokens for ${this.#tokens.length} branches`);
    const added = tokens.filter((token) => token !== null);
    if (added.length > 0) checkTokens(added, this.#session.limits);
    const { positions } = this.#session.limits;
    const longest = Math.max(...tokens.map((token, i) => this.#tokens[i]!.length + (token === null ? 0 : 1)));
    if (this.#shared + longest > positions) throw overflow(`${this.#shared + longest} tokens`, positions);
    const together = this.#owners.length + added.length;
    if (together > positions) throw overflow(`${together} tokens of all branches`, positions);
  }

  #checkOpen(): void {
    if (!this.#isOpen) throw closed();
    if (this.#busy) throw new Error("branches take one call at a time");
  }
}

/** Throws unless a sequence may part into so many branches. */
export function checkBranchCount(count: number): void {
  if (!(Number.isInteger(count) && count >= 1 && count <= MOST_BRANCHES))
    throw new RangeError(`${count} branches, expected 1 to ${MOST_BRANCHES}`);
}

function overflow(seen: string, positions: number): AppError {
  return new AppError("model.contextOverflow", `${seen} are more than the model's ${positions} positions.`);
}
