/**
 * The story as a row of items (the opening, then one item a turn) and the header that stands before them, with their
 * tokens. Every text is encoded by itself and joined with newline tokens, so sums of lengths are exact.
 */
import type { BracketLine, NarrationRequest, StoryTurn } from "../game/ports.ts";
import type { TokenId, Tokenizer } from "../model/types.ts";
import { formatAction, formatBracketLine, formatProse } from "./prompt-format.ts";
import { splitSentences } from "./sentences.ts";

/** A request as far as it is known before the player acts. */
export type KnownRequest = Omit<NarrationRequest, "action" | "inserted" | "seed">;

/** A stretch of the prompt. `tokens` includes the newlines that separate it from what stands before it. */
export interface Piece {
  readonly source: string;
  readonly text: string;
  readonly tokens: readonly TokenId[];
  readonly cut: boolean;
  /** Part of the story itself (not of the header): what the repetition rules look at. */
  readonly isStory: boolean;
}

/** World notes that fired in this many turns before a rebuild are written into the new header. */
const NOTE_MEMORY_TURNS = 6;

export class PieceFactory {
  readonly newline: readonly TokenId[];
  readonly blankLine: readonly TokenId[];
  private readonly tokenizer: Tokenizer;
  private readonly cache = new Map<string, readonly TokenId[]>();

  constructor(tokenizer: Tokenizer) {
    this.tokenizer = tokenizer;
    this.newline = tokenizer.encode("\n");
    // A single "\n\n" token would stand where training text has two, whenever text follows: "\n" "\n" is what is learned.
    this.blankLine = [...this.newline, ...this.newline];
  }

  /** Tokens of a text, remembered: the same passages are asked for at every turn. */
  encode(text: string): readonly TokenId[] {
    let tokens = this.cache.get(text);
    if (tokens === undefined) {
      if (this.cache.size > 4000) this.cache.clear();
      tokens = this.tokenizer.encode(text);
      this.cache.set(text, tokens);
    }
    return tokens;
  }

  piece(source: string, text: string, separator: readonly TokenId[], isStory: boolean, cut = false): Piece {
    return { source, text, tokens: [...separator, ...this.encode(text)], cut, isStory };
  }

  /** The opening (item 0) as prose. */
  opening(request: KnownRequest): Piece[] {
    const text = formatProse(request.opening);
    return text === "" ? [] : [this.piece("opening", text, this.blankLine, true)];
  }

  /** A told turn: its bracket lines but those in `hidden`, its action and its passage. */
  turn(turn: StoryTurn, number: number, hidden: ReadonlySet<string>): Piece[] {
    const pieces = this.inserted(turn.inserted, hidden);
    const action = formatAction(turn.action);
    if (action !== "") pieces.push(this.piece(`turn ${number}, action`, action, this.blankLine, true));
    const passage = formatProse(turn.passage);
    const separator = action !== "" && turn.action.kind !== "story" ? this.newline : this.blankLine;
    if (passage !== "") pieces.push(this.piece(`turn ${number}`, passage, separator, true));
    return pieces;
  }

  /** Bracket lines that stand alone between turns, without those in `hidden`. */
  inserted(lines: readonly BracketLine[], hidden: ReadonlySet<string>): Piece[] {
    const texts = [...new Set(lines.map(formatBracketLine))].filter((text) => !hidden.has(text));
    return texts.map((text, i) => this.piece("note", text, i === 0 ? this.blankLine : this.newline, false));
  }

  /** The header lines as of the moment item `start` became the window's first, cut to `budgetTokens`. */
  header(request: KnownRequest, start: number, budgetTokens: number): Piece[] {
    const later = new Set(
      request.turns.slice(Math.max(0, start - 1)).flatMap((turn) => linesOf(turn.inserted)),
    );
    const lately = request.turns.slice(Math.max(0, start - 1 - NOTE_MEMORY_TURNS), Math.max(0, start - 1));
    const fired = lately.flatMap((turn) => turn.inserted).filter((line) => line.name !== "Remember");
    const always = request.notes.filter((note) => !later.has(formatBracketLine(note)));
    const remembered = request.remembered.map((text) => ({ name: "Remember", text }));
    const groups = [
      { source: "header", lines: request.header, place: 0 },
      {
        source: "remembered",
        lines: remembered.filter((line) => !later.has(formatBracketLine(line))),
        place: 2,
      },
      { source: "note", lines: [...always, ...fired], place: 1 },
    ];
    return this.fitHeader(groups, budgetTokens);
  }

  /** Takes the groups in order of priority and writes what fits in order of place. */
  private fitHeader(
    groups: readonly { source: string; lines: readonly BracketLine[]; place: number }[],
    budgetTokens: number,
  ): Piece[] {
    let left = budgetTokens;
    const seen = new Set<string>();
    const taken: { piece: Piece; place: number }[] = [];
    for (const { source, lines, place } of groups) {
      for (const line of lines) {
        const text = formatBracketLine(line);
        if (seen.has(text)) continue;
        seen.add(text);
        const piece = this.headerLine(source, line, left);
        if (piece === null) continue;
        left -= piece.tokens.length;
        taken.push({ piece, place });
      }
    }
    return taken.sort((a, b) => a.place - b.place).map(({ piece }) => piece);
  }

  /** One header line within `budgetTokens`: whole, or cut at the end of a sentence or of a part; null when nothing fits. */
  private headerLine(source: string, line: BracketLine, budgetTokens: number): Piece | null {
    const parts = line.text.split(/(?<=[.;!?])\s+/);
    for (let count = parts.length; count > 0; count--) {
      const text = formatBracketLine({ ...line, text: parts.slice(0, count).join(" ").replace(/;$/, "") });
      const piece = this.piece(source, text, this.newline, false, count < parts.length);
      if (piece.tokens.length <= budgetTokens) return piece;
    }
    return null;
  }

  /** The end of a text that fits into `budgetTokens`: whole sentences, or whole words of the last; null for nothing. */
  tail(source: string, text: string, budgetTokens: number): Piece | null {
    const sentences = splitSentences(text);
    for (let from = 1; from < sentences.length; from++) {
      const piece = this.piece(source, sentences.slice(from).join(" "), this.blankLine, true, true);
      if (piece.tokens.length <= budgetTokens) return piece;
    }
    const words = (sentences.at(-1) ?? "").split(" ");
    for (let from = 1; from < words.length; from++) {
      const piece = this.piece(source, words.slice(from).join(" "), this.blankLine, true, true);
      if (piece.tokens.length <= budgetTokens) return piece;
    }
    return null;
  }
}

/** Total tokens of pieces. */
export function countTokens(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.tokens.length, 0);
}

function linesOf(lines: readonly BracketLine[]): string[] {
  return lines.map(formatBracketLine);
}
