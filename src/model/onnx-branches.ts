/**
 * Branches of a sequence, evaluated in this thread. Their rows lie in the sequence's cache behind the shared ones, in the
 * order in which they were computed, and the attention bias hides from each branch the rows of the others: a step of B
 * branches is one run of B rows, and the shared rows are read once. Known as tree attention, from speculative decoding:
 * Miao et al. 2023, "SpecInfer".
 */
import { AppError } from "../shared/errors.ts";
import { checkPoints } from "./branch-check.ts";
import { closed } from "./closed-error.ts";
import type { Gpt2Session } from "./gpt2-session.ts";
import type { KvCache } from "./kv-cache.ts";
import { rowsOf } from "./logit-rows.ts";
import { HIDDEN, type RunInputs } from "./run-inputs.ts";
import type { StopSignal } from "./stop-signal.ts";
import { checkTokens } from "./token-check.ts";
import type { Branches, BranchPoint, TokenId } from "./types.ts";

/** A token to add, and the branch that it belongs to. */
interface Row {
  readonly branch: number;
  readonly token: TokenId;
}

interface CachedRow {
  /** Bit i stands for branch i: those that have the row. */
  readonly owners: number;
  /** Its place among the tokens of each of them. */
  readonly place: number;
}

export class OnnxBranches implements Branches {
  readonly #session: Gpt2Session;
  readonly #cache: KvCache;
  /** Rows of the cache when the branches began, and how many of them each one follows. */
  readonly #shared: number;
  #from: readonly number[];
  #tokens: readonly TokenId[][];
  /** What the rows of the cache behind the shared ones are. */
  #rows: readonly CachedRow[] = [];
  #logits: readonly Float32Array[];
  readonly #onEnd: (kept: readonly TokenId[]) => void;
  #isOpen = true;
  #busy = false;

  /**
   * Branch i follows the first `from[i]` rows; `logits[i]` (V) holds the logits that follow all of them. `onEnd` is told
   * the tokens of the branch the sequence continues as, none when all were dropped.
   */
  constructor(
    session: Gpt2Session,
    cache: KvCache,
    from: readonly number[],
    logits: readonly Float32Array[],
    onEnd: (kept: readonly TokenId[]) => void,
  ) {
    this.#session = session;
    this.#cache = cache;
    this.#shared = cache.length;
    this.#from = from;
    this.#tokens = logits.map(() => []);
    this.#logits = logits;
    this.#onEnd = onEnd;
  }

  get tokens(): readonly (readonly TokenId[])[] {
    return this.#tokens;
  }

  async step(tokens: readonly (TokenId | null)[], signal?: StopSignal): Promise<readonly Float32Array[]> {
    if (tokens.length !== this.#tokens.length)
      throw new RangeError(`${tokens.length} tokens for ${this.#tokens.length} branches`);
    const rows = tokens.flatMap((token, branch) => (token === null ? [] : [{ branch, token }]));
    await this.#run(rows, 0, signal);
    return this.#logits;
  }

  async feed(
    index: number,
    tokens: readonly TokenId[],
    signal?: StopSignal,
  ): Promise<readonly Float32Array[]> {
    if (this.#tokens[index] === undefined) throw new RangeError(`there is no branch ${index}`);
    const rows = tokens.map((token) => ({ branch: index, token }));
    await this.#run(rows, -1, signal);
    return this.#logits;
  }

  /** `logits`: see OnnxSequence.branch. */
  async fork(
    points: readonly BranchPoint[],
    logits: Float32Array = new Float32Array(points.length * this.#session.limits.vocabularySize),
  ): Promise<readonly Float32Array[]> {
    this.#checkOpen();
    checkPoints(points, this.#tokens);
    const rows = rowsOf(logits, points.length);
    points.forEach(({ branch }, i) => rows[i]!.set(this.#logits[branch]!));
    this.#keepRows((row) => ({ ...row, owners: ownersAfter(row, points) }));
    this.#from = points.map(({ branch }) => this.#from[branch]!);
    this.#tokens = points.map(({ branch, length }) => this.#tokens[branch]!.slice(0, length));
    this.#logits = rows;
    return this.#logits;
  }

  async keep(index: number): Promise<void> {
    this.#checkOpen();
    const tokens = this.#tokens[index];
    if (tokens === undefined || this.#from[index] !== this.#shared)
      throw new RangeError(`the sequence cannot go on as branch ${index}`);
    this.#keepRows((row) => ({ ...row, owners: row.owners & (1 << index) }));
    this.#end(tokens);
  }

  async dispose(): Promise<void> {
    if (!this.#isOpen) return;
    this.#checkOpen();
    this.#cache.truncate(this.#shared);
    this.#end([]);
  }

  /** For a sequence that is disposed of: later calls throw `model.closed`. */
  abandon(): void {
    this.#isOpen = false;
  }

  #end(kept: readonly TokenId[]): void {
    this.#isOpen = false;
    this.#onEnd(kept);
  }

  /** Forgets the rows that have no owners any more, and moves the others together. */
  #keepRows(change: (row: CachedRow) => CachedRow): void {
    const changed = this.#rows.map(change);
    const places = changed.flatMap(({ owners }, i) => (owners === 0 ? [] : [this.#shared + i]));
    this.#cache.compact(this.#shared, places);
    this.#rows = changed.filter(({ owners }) => owners !== 0);
  }

  /** Adds the rows. From row number `logitsFrom` on (negative counts from the end) there are logits to keep. */
  async #run(rows: readonly Row[], logitsFrom: number, signal: StopSignal | undefined): Promise<void> {
    this.#checkRows(rows);
    signal?.throwIfAborted();
    if (rows.length === 0) return;
    this.#busy = true;
    try {
      const logits = await this.#session.runRows(this.#cache, this.#inputs(rows, logitsFrom));
      this.#accept(rows, logits);
    } finally {
      this.#busy = false;
    }
  }

  #inputs(rows: readonly Row[], logitsFrom: number): RunInputs {
    const { length, capacity } = this.#cache;
    const columns = capacity + rows.length;
    const attentionBias = new Float32Array(rows.length * columns).fill(HIDDEN);
    const added = this.#tokens.map(() => 0);
    const positions = rows.map(({ branch }, row) => {
      const start = row * columns;
      attentionBias.fill(0, start, start + this.#from[branch]!);
      for (let i = this.#shared; i < length; i++)
        if (isOwner(branch, this.#rows[i - this.#shared]!)) attentionBias[start + i] = 0;
      for (let i = 0; i <= row; i++) if (rows[i]!.branch === branch) attentionBias[start + capacity + i] = 0;
      return this.#from[branch]! + this.#tokens[branch]!.length + added[branch]!++;
    });
    return { tokens: rows.map(({ token }) => token), positions, attentionBias, logitsFrom };
  }

  /** `logits` holds a row for each of the last rows. */
  #accept(rows: readonly Row[], logits: Float32Array): void {
    const { vocabularySize } = this.#session.limits;
    const first = rows.length - logits.length / vocabularySize;
    const places = this.#tokens.map((tokens) => tokens.length);
    this.#rows = [
      ...this.#rows,
      ...rows.map(({ branch }) => ({ owners: 1 << branch, place: places[branch]!++ })),
    ];
    rows.forEach(({ branch, token }, row) => {
      this.#tokens[branch]!.push(token);
      if (row < first) return;
      const start = (row - first) * vocabularySize;
      this.#logits[branch]!.set(logits.subarray(start, start + vocabularySize));
    });
  }

  #checkRows(rows: readonly Row[]): void {
    this.#checkOpen();
    const { limits } = this.#session;
    if (rows.length > 0)
      checkTokens(
        rows.map(({ token }) => token),
        limits,
      );
    const { positions } = limits;
    const longest = Math.max(
      ...this.#tokens.map(
        (tokens, i) => this.#from[i]! + tokens.length + rows.filter(({ branch }) => branch === i).length,
      ),
    );
    if (longest > positions) throw overflow(`${longest} tokens`, positions);
    const together = this.#rows.length + rows.length;
    if (together > positions) throw overflow(`${together} tokens of all branches`, positions);
  }

  #checkOpen(): void {
    if (!this.#isOpen) throw closed();
    if (this.#busy) throw new Error("branches take one call at a time");
  }
}

function isOwner(branch: number, { owners }: CachedRow): boolean {
  return ((owners >> branch) & 1) === 1;
}

/** The new branches that have a row: copies, behind it, of those that had it. */
function ownersAfter(row: CachedRow, points: readonly BranchPoint[]): number {
  return points.reduce(
    (owners, { branch, length }, i) =>
      row.place < length && isOwner(branch, row) ? owners | (1 << i) : owners,
    0,
  );
}

function overflow(seen: string, positions: number): AppError {
  return new AppError("model.contextOverflow", `${seen} are more than the model's ${positions} positions.`);
}
