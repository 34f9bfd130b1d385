/**
 * The sentence being written, seen twice: behind the whole prompt, and behind a first part of it. Several drafts are seen
 * together. All views are branches of one sequence that live as long as the passage does: the next sentence, or another
 * attempt at one, goes on from the draft that begins like it. Only an attempt from the very place where the views were
 * opened, or with another part of the prompt, opens them anew.
 */
import type { Branches, Sequence, TokenId } from "../model/types.ts";

/** Logits (V each, scratch) behind a draft: in the view of the whole prompt, and in the other. */
export interface SeenTwice {
  readonly whole: Float32Array;
  readonly part: Float32Array;
}

/** Where drafts begin: behind `passage` (none or more tokens), which follows the prompt or its first `partLength` tokens. */
export interface SeenPlace {
  readonly prompt: readonly TokenId[];
  readonly passage: readonly TokenId[];
  readonly partLength: number;
}

/** Branches in pairs: number 2i sees draft i behind the whole prompt, number 2i + 1 behind a part of it. */
interface OpenBranches {
  readonly branches: Branches;
  /** The tokens that all branches of whole prompts follow, and how many of them the others do. */
  readonly base: readonly TokenId[];
  readonly partLength: number;
  /** Tokens that only the others have, in front. */
  readonly lead: number;
}

export class Views {
  private readonly sequence: Sequence;
  private readonly separator: readonly TokenId[];
  private readonly signal: AbortSignal | undefined;
  private open: OpenBranches | undefined;

  /** `separator` stands between the part of the prompt and the passage, which has no action in between there. */
  constructor(sequence: Sequence, separator: readonly TokenId[], signal: AbortSignal | undefined) {
    this.sequence = sequence;
    this.separator = separator;
    this.signal = signal;
  }

  /**
   * Sees `drafts` (1 to 4) drafts from here on. Throws what the sequence throws; the views must then be closed.
   */
  async begin(drafts: number, { prompt, passage, partLength }: SeenPlace): Promise<readonly SeenTwice[]> {
    const whole = [...prompt, ...passage];
    if (this.open?.partLength === partLength && isLonger(whole, this.open.base))
      await this.goOn(this.open, whole.slice(this.open.base.length));
    else {
      await this.close(whole);
      await this.part(whole, partLength, passage);
    }
    const { branches } = this.open!;
    const ends = [0, 1].map((branch) => ({ branch, length: branches.tokens[branch]!.length }));
    return inPairs(await branches.fork(Array.from({ length: drafts }, () => ends).flat()));
  }

  /** Adds a token to each draft; one whose token is null rests. */
  async step(tokens: readonly (TokenId | null)[]): Promise<readonly SeenTwice[]> {
    return inPairs(
      await this.open!.branches.step(
        tokens.flatMap((token) => [token, token]),
        this.signal,
      ),
    );
  }

  /** Ends the views. The sequence takes over the draft that went along with `tokens` (a whole prompt) longest, all of it. */
  async close(tokens: readonly TokenId[]): Promise<void> {
    const { open } = this;
    if (open === undefined) return;
    this.open = undefined;
    const { draft, length } = closest(open.branches, tokens.slice(open.base.length));
    if (length > 0) await open.branches.keep(2 * draft);
    else await open.branches.dispose();
  }

  /** The first pair, both behind the passage. */
  private async part(
    whole: readonly TokenId[],
    partLength: number,
    passage: readonly TokenId[],
  ): Promise<void> {
    await this.sequence.evaluate(whole, this.signal);
    const branches = await this.sequence.branch!(2, [whole.length, partLength]);
    const before = [...this.separator, ...passage];
    this.open = { branches, base: whole, partLength, lead: before.length };
    await branches.feed(1, before, this.signal);
  }

  /** Leaves one pair, behind these tokens. The last is evaluated even when it was before: what follows it is asked for. */
  private async goOn({ branches, lead }: OpenBranches, tokens: readonly TokenId[]): Promise<void> {
    const { draft, length } = closest(branches, tokens.slice(0, -1));
    await branches.fork([
      { branch: 2 * draft, length },
      { branch: 2 * draft + 1, length: lead + length },
    ]);
    const rest = tokens.slice(length);
    if (rest.length === 1) await branches.step([rest[0]!, rest[0]!], this.signal);
    else for (const i of [0, 1]) await branches.feed(i, rest, this.signal);
  }
}

/** The draft that goes along with `tokens` longest, and for how many. */
function closest({ tokens }: Branches, wanted: readonly TokenId[]): { draft: number; length: number } {
  let best = { draft: 0, length: -1 };
  for (let draft = 0; 2 * draft < tokens.length; draft++) {
    const seen = tokens[2 * draft]!;
    const parting = seen.findIndex((token, i) => token !== wanted[i]);
    const length = parting === -1 ? seen.length : parting;
    if (length > best.length) best = { draft, length };
  }
  return best;
}

function isLonger(tokens: readonly TokenId[], beginning: readonly TokenId[]): boolean {
  return tokens.length > beginning.length && beginning.every((token, i) => token === tokens[i]);
}

function inPairs(logits: readonly Float32Array[]): SeenTwice[] {
  return Array.from({ length: logits.length / 2 }, (_, i) => ({
    whole: logits[2 * i]!,
    part: logits[2 * i + 1]!,
  }));
}
