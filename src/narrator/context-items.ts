/**
 * The story as a row of items (the opening, then one item a turn) and the header that stands before them, with their
 * tokens. Every text is encoded by itself and joined with newline tokens, so sums of lengths are exact.
 */
import type { BracketLine, KnownRequest, StoryTurn } from "../game/ports.ts";
import type { TokenId, Tokenizer } from "../model/types.ts";
import { Past, type PastSentence } from "./past.ts";
import { formatAction, formatBracketLine, formatProse } from "./prompt-format.ts";
import { recallSentences } from "./recall.ts";
import { splitSentences } from "./sentences.ts";
import { summarize } from "./summary.ts";
import { termsOf } from "./terms.ts";

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
/** The summary looks back this many turns; what is older is there to be recalled. */
const SUMMARY_TURNS = 60;
/** Shares of the room: lines inserted before one action, recalled sentences among them, the summary. */
const INSERTED_SHARE = 0.25;
const RECALL_SHARE = 0.1;
const SUMMARY_SHARE = 0.1;
/** Share of the header that world notes may take. */
const NOTES_SHARE = 0.5;

/** Lines that mean the same wherever they stand are written once; the tone is there to be said again. */
const isRepeated = (line: BracketLine) => line.name === "Tone";
/** What each kind of inserted line is called in the inspector; others are world notes. */
const SOURCES: ReadonlyMap<string, string> = new Map([
  ["Remember", "remembered"],
  ["Earlier", "recalled"],
  ["Tone", "tone"],
]);

/** A row of header lines of one kind. A smaller `place` is written earlier; the order of groups is their priority. */
interface HeaderGroup {
  readonly source: string;
  readonly lines: readonly BracketLine[];
  readonly place: number;
  readonly budgetTokens: number;
}

export class PieceFactory {
  readonly newline: readonly TokenId[];
  readonly blankLine: readonly TokenId[];
  private readonly tokenizer: Tokenizer;
  private readonly cache = new Map<string, readonly TokenId[]>();
  private readonly past = new Past();
  /** Tokens that header, story and action may take together. */
  private readonly room: number;

  constructor(tokenizer: Tokenizer, room: number) {
    this.tokenizer = tokenizer;
    this.room = room;
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

  /** A told turn: its bracket lines, its action and its passage. */
  turn(turn: StoryTurn, number: number, hidden: ReadonlySet<string>, room: number): Piece[] {
    const pieces = this.lead(turn.inserted, turn.action, hidden, room, `turn ${number}, action`);
    const passage = formatProse(turn.passage);
    const isLine = turn.action.kind !== "story" && formatAction(turn.action) !== "";
    const separator = isLine ? this.newline : this.blankLine;
    if (passage !== "") pieces.push(this.piece(`turn ${number}`, passage, separator, true));
    return pieces;
  }

  /** The action, and before it the bracket lines for which `room` tokens leave room, without those in `hidden`. */
  lead(
    lines: readonly BracketLine[],
    action: StoryTurn["action"],
    hidden: ReadonlySet<string>,
    room: number,
    source: string,
  ): Piece[] {
    const text = formatAction(action);
    const pieces = text === "" ? [] : [this.piece(source, text, this.blankLine, true)];
    const left = room - countTokens(pieces) - this.blankLine.length;
    return [
      ...this.inserted(lines, hidden, Math.min(left, Math.floor(this.room * INSERTED_SHARE))),
      ...pieces,
    ];
  }

  /** Bracket lines that stand alone between turns, the first ones first served. */
  private inserted(
    lines: readonly BracketLine[],
    hidden: ReadonlySet<string>,
    budgetTokens: number,
  ): Piece[] {
    const pieces: Piece[] = [];
    const seen = new Set<string>();
    for (const line of lines) {
      const text = formatBracketLine(line);
      if (seen.has(text) || (hidden.has(text) && !isRepeated(line))) continue;
      seen.add(text);
      const separator = pieces.length === 0 ? this.blankLine : this.newline;
      const piece = this.piece(SOURCES.get(line.name) ?? "note", text, separator, false);
      if (countTokens(pieces) + piece.tokens.length <= budgetTokens) pieces.push(piece);
    }
    return pieces;
  }

  /** The header lines as of the moment item `start` became the window's first, cut to `budgetTokens`. */
  header(request: KnownRequest, start: number, budgetTokens: number): Piece[] {
    const gone = request.turns.slice(0, Math.max(0, start - 1)).flatMap((turn) => turn.inserted);
    const later = new Set(
      request.turns.slice(Math.max(0, start - 1)).flatMap((turn) => turn.inserted.map(formatBracketLine)),
    );
    const isMissing = (line: BracketLine) => !later.has(formatBracketLine(line));
    const remembered = request.remembered.map((text) => ({ name: "Remember", text })).filter(isMissing);
    const notes = [...request.notes.filter(isMissing), ...firedLately(request, start)];
    const whole = budgetTokens;
    const groups: HeaderGroup[] = [
      { source: "header", lines: headerLines(request, gone), place: 0, budgetTokens: whole },
      { source: "remembered", lines: remembered, place: 2, budgetTokens: whole },
      { source: "note", lines: notes, place: 1, budgetTokens: Math.floor(whole * NOTES_SHARE) },
      { source: "summary", lines: this.summary(request, start), place: 3, budgetTokens: whole },
    ];
    return this.fitHeader(groups, budgetTokens);
  }

  /** `[Earlier: ...]`: the player's own words, or what the items before `start` told. */
  private summary(request: KnownRequest, start: number): BracketLine[] {
    const line = (text: string) => (text === "" ? [] : [{ name: "Earlier", text }]);
    if (request.earlier !== undefined) return line(request.earlier);
    const past = this.past.sentences(request, Math.max(0, start - SUMMARY_TURNS), start);
    return line(summarize(past, this.fitsShare(SUMMARY_SHARE)));
  }

  /** `[Earlier: ...]` lines for an action from the items before `start`, but for sentences that `visible` lines hold. */
  recalled(
    request: KnownRequest,
    action: StoryTurn["action"],
    start: number,
    visible: ReadonlySet<string>,
  ): BracketLine[] {
    const isVisible = ({ read }: PastSentence) => [...visible].some((line) => line.includes(read.text));
    const fits = this.fitsShare(RECALL_SHARE);
    const past = this.past.sentences(request, 0, start);
    const chosen = recallSentences(
      termsOf(formatAction(action)),
      past,
      (all) => !isVisible(all.at(-1)!) && fits(all.map(({ read }) => read.text).join("\n")),
    );
    return chosen.map(({ read }) => ({ name: "Earlier", text: read.text }));
  }

  /** Where a recalled line comes from. */
  cite(request: KnownRequest, piece: Piece): string {
    if (piece.source !== "recalled") return "";
    const turn = this.past.turnOf(request, piece.text.replace(/^\[Earlier: |\]$/g, ""));
    return turn === undefined ? "" : turn === 0 ? "from the opening" : `from turn ${turn}`;
  }

  private fitsShare(share: number): (text: string) => boolean {
    return (text) => this.encode(text).length <= this.room * share;
  }

  /** Takes the groups in order of priority and writes what fits in order of place. */
  private fitHeader(groups: readonly HeaderGroup[], budgetTokens: number): Piece[] {
    let left = budgetTokens;
    const seen = new Set<string>();
    const taken: { piece: Piece; place: number }[] = [];
    for (const { source, lines, place, ...group } of groups) {
      let share = group.budgetTokens;
      for (const line of lines) {
        const text = formatBracketLine(line);
        if (seen.has(text)) continue;
        seen.add(text);
        const piece = this.headerLine(source, line, Math.min(left, share));
        if (piece === null) continue;
        left -= piece.tokens.length;
        share -= piece.tokens.length;
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

/** The header as authored; a tone that was inserted before the window began stands in for the authored one. */
function headerLines({ header, tone }: KnownRequest, gone: readonly BracketLine[]): readonly BracketLine[] {
  const isInForce = tone !== undefined && gone.some((line) => line.name === "Tone" && line.text === tone);
  if (!isInForce) return header;
  return [...header.filter(({ name }) => name !== "Tone"), { name: "Tone", text: tone }];
}

/** World notes that fired shortly before item `start` became the first. */
function firedLately({ turns }: KnownRequest, start: number): BracketLine[] {
  const lately = turns.slice(Math.max(0, start - 1 - NOTE_MEMORY_TURNS), Math.max(0, start - 1));
  return lately.flatMap((turn) => turn.inserted).filter(({ name }) => !SOURCES.has(name));
}
