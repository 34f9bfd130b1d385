/**
 * The prompt of a request, as a pure function of it. Between rebuilds the prompt only grows at its end, because GPT-2's
 * learned positions make every change at the front a new evaluation of all that follows; when a turn would not fit, the
 * window jumps forward to hold about 60 % of its size. Replaying the whole story each time keeps no state that could
 * differ after undo, edit or a reload. See DESIGN.md, decision 4.
 */
import type {
  BracketLine,
  ContextPiece,
  ContextReport,
  KnownRequest,
  NarrationRequest,
  PlayerAction,
  StoryTurn,
} from "../game/ports.ts";
import type { TokenId, Tokenizer } from "../model/types.ts";
import { AppError } from "../shared/errors.ts";
import { countTokens, type Piece, PieceFactory } from "./context-items.ts";
import { formatAction, formatBracketLine, formatProse } from "./prompt-format.ts";

export interface Context {
  /** All that is known before the player acts; evaluated while the player reads. */
  readonly prefix: readonly TokenId[];
  /** The whole prompt; begins with `prefix`. */
  readonly tokens: readonly TokenId[];
  /**
   * The story's own tokens in the prompt (opening, actions, passages), for the repetition rules; without the action that is
   * to be answered, because an answer takes up its words ("You open the red door" where it was the blue one).
   */
  readonly history: readonly TokenId[];
}

/** Largest share of the prompt's room for the header, and for everything after a rebuild. */
const HEADER_SHARE = 0.4;
const REBUILD_SHARE = 0.6;
/**
 * Room kept for the action and the lines before it when the window is prepared before the action is known: what does not
 * fit of these lines is left out, because a rebuild after Enter is what the player would wait for.
 */
const ACTION_RESERVE_TOKENS = 112;
const ACTION_RESERVE_SHARE = 0.14;
const LONGEST_REPLY_TOKENS = 200;

/** What stands in the window before the action. */
interface Window {
  /** Index of its first item: 0 is the opening, i the turn number i. */
  readonly start: number;
  readonly header: readonly Piece[];
  readonly items: readonly Piece[];
  readonly tokenCount: number;
  /** Bracket lines that can be read in it. */
  readonly visible: ReadonlySet<string>;
}

/** The last replay: all that saves time at the next one, which is mostly of the same story. */
interface Memo {
  /** What the windows depend on besides the turns. */
  readonly key: string;
  turns: readonly StoryTurn[];
  /** The windows after 0, 1, 2... turns. */
  readonly windows: Window[];
  /** The last rebuild: asked for before the player acts and after. */
  last?: { readonly window: Window; readonly needed: number; readonly rebuilt: Window };
}

export class ContextWindow {
  readonly replyTokens: number;
  private readonly positions: number;
  private readonly endOfText: TokenId;
  private readonly pieces: PieceFactory;
  /** Tokens that header, story and action may take together; one goes to the end-of-text token in front. */
  private readonly room: number;
  private memo: Memo = { key: "", turns: [], windows: [] };

  /** `positions` at least 64. A quarter of them, at most 200, is kept for the reply. */
  constructor(tokenizer: Tokenizer, positions: number) {
    this.positions = positions;
    this.replyTokens = Math.min(LONGEST_REPLY_TOKENS, Math.floor(positions / 4));
    this.room = positions - this.replyTokens - 1;
    this.endOfText = tokenizer.endOfText;
    this.pieces = new PieceFactory(tokenizer, this.room);
  }

  /** The part of the prompt that is known before the player acts. */
  buildPrefix(request: KnownRequest): readonly TokenId[] {
    return this.toTokens(this.replay(request, 0));
  }

  /** Throws `usage.actionTooLong` when the action alone does not fit; nothing else makes it fail. */
  build(request: NarrationRequest): Context {
    const window = this.windowOf(request);
    const action = this.action(request, window);
    const prefix = this.toTokens(window);
    const story = window.items.filter((piece) => piece.isStory);
    return {
      prefix,
      tokens: [...prefix, ...action.flatMap((piece) => piece.tokens)],
      history: story.flatMap((piece) => piece.tokens),
    };
  }

  /** What stands in the prompt of `build` and what was left out, with reasons and sources. Throws as `build` does. */
  explain(request: NarrationRequest): ContextReport {
    const window = this.windowOf(request);
    return this.report(request, window, this.action(request, window));
  }

  /** Lines about the action from what is older than the window; none of them can be read in it. */
  recall(request: NarrationRequest): readonly BracketLine[] {
    const { start, visible } = this.windowOf(request);
    return this.pieces.recalled(request, request.action, start, visible);
  }

  private windowOf(request: NarrationRequest): Window {
    const cost = this.costOf(request.action);
    if (cost > this.room) throw tooLong(cost, this.room);
    return this.replay(request, cost);
  }

  /** Goes through the story from its first turn, rebuilding wherever the next turn would not have fitted. */
  private replay(request: KnownRequest, actionTokens: number): Window {
    const windows = this.remembered(request);
    while (windows.length <= request.turns.length) {
      const told = windows.length - 1;
      const window = windows[told]!;
      const cost = this.costOf(request.turns[told]!.action);
      windows.push(this.append(request, this.fitted(request, window, told, cost), told));
    }
    return this.fitted(request, windows.at(-1)!, request.turns.length, actionTokens);
  }

  /** The windows after 0, 1, 2... turns as far as the last replay went through the same story; only saves time. */
  private remembered(request: KnownRequest): Window[] {
    const { header, remembered, notes, opening, turns, earlier, tone } = request;
    const key = JSON.stringify([header, remembered, notes, opening, earlier, tone, lastInsertions(request)]);
    if (this.memo.key !== key) this.memo = { key, turns: [], windows: [this.open(request, 0, 0)] };
    let same = 0;
    while (
      same < turns.length &&
      same < this.memo.turns.length &&
      isSame(turns[same]!, this.memo.turns[same]!)
    )
      same++;
    this.memo.windows.length = same + 1;
    this.memo.turns = [...turns];
    return this.memo.windows;
  }

  /** `window`, or the rebuilt one if an action of `cost` tokens (or any ordinary one) would not fit behind it. */
  private fitted(request: KnownRequest, window: Window, told: number, cost: number): Window {
    const reserve = Math.min(ACTION_RESERVE_TOKENS, Math.floor(this.room * ACTION_RESERVE_SHARE));
    const needed = Math.min(this.room, Math.max(reserve, cost));
    if (window.tokenCount + needed <= this.room) return window;
    const { last } = this.memo;
    if (last?.window === window && last.needed === needed) return last.rebuilt;
    const rebuilt = this.rebuild(request, window.start, told, needed);
    this.memo.last = { window, needed, rebuilt };
    return rebuilt;
  }

  /** A window that begins with item `start` and holds nothing else yet but the header. */
  private open(request: KnownRequest, start: number, needed: number): Window {
    const budget = Math.min(Math.floor(this.room * HEADER_SHARE), this.room - needed);
    const header = this.pieces
      .header(request, start, budget)
      .map(withoutSeparator(this.pieces.newline.length));
    const window = {
      start,
      header,
      items: [],
      tokenCount: countTokens(header),
      visible: new Set(header.map((piece) => piece.text)),
    };
    return start === 0 ? this.with(window, this.pieces.opening(request)) : window;
  }

  /** A window that ends with item `last`, after a jump forward from `start`, with `needed` tokens free behind it. */
  private rebuild(request: KnownRequest, start: number, last: number, needed: number): Window {
    const target = Math.min(Math.floor(this.room * REBUILD_SHARE), this.room - needed);
    for (let from = this.firstThatFits(request, start + 1, last, target); from <= last; from++) {
      let window = this.open(request, from, needed);
      for (let i = from; i <= last && window.tokenCount <= target; i++)
        window = this.append(request, window, i - 1);
      if (window.tokenCount <= target) return window;
    }
    return this.cutLast(request, last, needed);
  }

  /** The first item from which on the story alone has at most `target` tokens: a header is not made for those before it. */
  private firstThatFits(request: KnownRequest, from: number, last: number, target: number): number {
    let first = last + 1;
    for (let left = target; first > from; first--) {
      const { action, passage } = request.turns[first - 2]!;
      left -=
        this.pieces.encode(formatAction(action)).length + this.pieces.encode(formatProse(passage)).length;
      if (left < 0) break;
    }
    return first;
  }

  /** Only the last item, whole if it fits and else its end. */
  private cutLast(request: KnownRequest, last: number, needed: number): Window {
    const opened = this.open(request, Math.max(last, 1), needed);
    const whole =
      last === 0 ? this.with(opened, this.pieces.opening(request)) : this.append(request, opened, last - 1);
    const left = this.room - needed;
    if (whole.tokenCount <= left) return { ...whole, start: last };
    const passage = whole.items.at(-1);
    const tail = passage && this.pieces.tail(passage.source, passage.text, left - opened.tokenCount);
    return { ...(tail ? this.with(opened, [tail]) : opened), start: last };
  }

  /** The window with turn `index` at its end; lines that cannot be remembered any more are left out. */
  private append(request: KnownRequest, window: Window, index: number): Window {
    const turn = request.turns[index]!;
    const facts = new Set(request.remembered);
    const inserted = turn.inserted.filter((line) => line.name !== "Remember" || facts.has(line.text));
    const room = this.room - window.tokenCount;
    return this.with(window, this.pieces.turn({ ...turn, inserted }, index + 1, window.visible, room));
  }

  private with(window: Window, added: readonly Piece[]): Window {
    const isFirst = window.header.length === 0 && window.items.length === 0;
    const pieces = isFirst ? added.map(withoutSeparator(this.pieces.blankLine.length)) : added;
    return {
      ...window,
      items: [...window.items, ...pieces],
      tokenCount: window.tokenCount + countTokens(pieces),
      visible: new Set([
        ...window.visible,
        ...pieces.filter((piece) => !piece.isStory).map((piece) => piece.text),
      ]),
    };
  }

  /** What the player's turn adds to the window; ends where the model begins to write. */
  private action({ inserted, action }: NarrationRequest, window: Window): Piece[] {
    const room = this.room - window.tokenCount;
    const pieces = this.pieces.lead(inserted, action, window.visible, room, "action");
    const tokens = this.gapBehind(action);
    return [...pieces, { source: "line break", text: "", tokens, cut: false, isStory: true }];
  }

  /** Tokens of an action alone, without lines before it. */
  private costOf(action: PlayerAction): number {
    const line = this.pieces.lead([], action, new Set(), this.room, "action");
    return countTokens(line) + this.gapBehind(action).length;
  }

  private gapBehind(action: PlayerAction): readonly TokenId[] {
    const isLine = action.kind !== "story" && formatAction(action) !== "";
    return isLine ? this.pieces.newline : this.pieces.blankLine;
  }

  private toTokens(window: Window): TokenId[] {
    return [this.endOfText, ...[...window.header, ...window.items].flatMap((piece) => piece.tokens)];
  }

  private report(request: NarrationRequest, window: Window, action: readonly Piece[]): ContextReport {
    const written = [...window.header, ...window.items, ...action];
    const pieces: ContextPiece[] = [
      included("start of text", "", 1),
      ...written.map((piece) =>
        included(piece.source, piece.text, piece.tokens.length, piece.cut, this.pieces.cite(request, piece)),
      ),
    ];
    for (const text of this.leftOut(request, window))
      pieces.push({ source: "header", text, tokens: 0, state: "left out", reason: "no room in the header" });
    for (const { text, reason } of notInserted(request, window, action))
      pieces.push({ source: "note", text, tokens: 0, state: "left out", reason });
    if (window.start > 0) pieces.push(outside(window.start));
    const promptTokens = 1 + countTokens(written);
    return { pieces, promptTokens, replyTokens: this.replyTokens, positions: this.positions };
  }

  /** Header lines of the request that stand nowhere in the window, not even cut. */
  private leftOut(request: NarrationRequest, window: Window): string[] {
    const whole = this.pieces.header(request, window.start, Number.POSITIVE_INFINITY);
    const names = [...window.visible].map(nameOfLine);
    return whole
      .map((piece) => piece.text)
      .filter((text) => !window.visible.has(text) && !names.includes(nameOfLine(text)));
  }
}

/** A document begins with its text: the first piece of all has no separator in front of it. */
function withoutSeparator(length: number) {
  return (piece: Piece, index: number): Piece =>
    index === 0 ? { ...piece, tokens: piece.tokens.slice(length) } : piece;
}

/** The turn at which each line of memory or notes was last inserted: until then a header does not hold it. */
function lastInsertions({ turns, notes, remembered }: KnownRequest): [string, number][] {
  const known = new Set([...notes.map((note) => note.text), ...remembered]);
  const last = new Map<string, number>();
  turns.forEach((turn, i) => {
    for (const line of turn.inserted) if (known.has(line.text)) last.set(`${line.name}:${line.text}`, i);
  });
  return [...last];
}

function isSame(a: StoryTurn, b: StoryTurn): boolean {
  if (a === b) return true;
  const isText =
    a.passage === b.passage && a.action.kind === b.action.kind && a.action.text === b.action.text;
  return isText && JSON.stringify(a.inserted) === JSON.stringify(b.inserted);
}

/** Lines for this action that were not written before it, and why. */
function notInserted({ inserted }: NarrationRequest, window: Window, action: readonly Piece[]) {
  const written = new Set(action.map(({ text }) => text));
  const texts = [...new Set(inserted.map(formatBracketLine))].filter((text) => !written.has(text));
  return texts.map((text) => ({
    text,
    reason: window.visible.has(text) ? "can be read above" : "no room before the action",
  }));
}

function included(source: string, text: string, tokens: number, cut = false, citation = ""): ContextPiece {
  const reason = cut ? "shortened to fit" : citation;
  return { source, text, tokens, state: cut ? "cut" : "included", reason };
}

function outside(start: number): ContextPiece {
  const text = start === 1 ? "the opening" : `the opening and turns 1 to ${start - 1}`;
  return { source: "story", text, tokens: 0, state: "left out", reason: "older than the window" };
}

function nameOfLine(text: string): string {
  return text.slice(0, text.indexOf(":"));
}

function tooLong(actionTokens: number, room: number): AppError {
  return new AppError(
    "usage.actionTooLong",
    `That is ${actionTokens} tokens long; this model can take ${room}.`,
    {
      hint: "Say it in fewer words.",
    },
  );
}
