/**
 * Adventures as text, in the form the built-in narrator is trained on: header lines, the opening, then `> You ...` lines
 * with their passages. Written by `eval` so that anybody can measure them anew, and read for the reference adventures.
 */
import type { BracketLine } from "../game/ports.ts";

export interface TranscriptTurn {
  /** World notes and facts that stand just before the action. */
  readonly inserted: readonly BracketLine[];
  /** Without `> `; empty when the player let the story go on. */
  readonly action: string;
  readonly passage: string;
}

export interface Transcript {
  readonly header: readonly BracketLine[];
  readonly opening: string;
  readonly turns: readonly TranscriptTurn[];
}

const DOCUMENT_SEPARATOR = "<|endoftext|>";
const BRACKET_LINE = /^\[([^:\]]+): (.*)\]$/;

/** One adventure as text; ends with a newline. */
export function formatTranscript({ header, opening, turns }: Transcript): string {
  const blocks = [formatLines(header), opening, ...turns.flatMap(blocksOf)];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function blocksOf({ inserted, action, passage }: TranscriptTurn): string[] {
  return [formatLines(inserted), action === "" ? passage : `> ${action}\n${passage}`];
}

function formatLines(lines: readonly BracketLine[]): string {
  return lines.map(({ name, text }) => `[${name}: ${text}]`).join("\n");
}

/** Adventures separated by `<|endoftext|>` lines. Anything that is no bracket block or action is story. */
export function parseTranscripts(text: string): Transcript[] {
  return text
    .split(DOCUMENT_SEPARATOR)
    .map((document) => document.trim())
    .filter((document) => document !== "")
    .map(parseTranscript);
}

/** A paragraph after a passage belongs to it; the first story block is the opening with its paragraphs. */
function parseTranscript(document: string): Transcript {
  const blocks = document.split(/\n\s*\n/);
  const header = isBracketBlock(blocks[0]!) ? parseLines(blocks.shift()!) : [];
  const opening: string[] = [];
  const turns: { inserted: BracketLine[]; action: string; passage: string }[] = [];
  let inserted: BracketLine[] = [];
  for (const block of blocks) {
    const last = turns.at(-1);
    if (isBracketBlock(block)) inserted = parseLines(block);
    else if (block.startsWith("> ")) {
      const [action = "", ...passage] = block.split("\n");
      turns.push({ inserted, action: action.slice(2), passage: passage.join("\n") });
      inserted = [];
    } else if (last === undefined) opening.push(block);
    else last.passage += `\n\n${block}`;
  }
  return { header, opening: opening.join("\n\n"), turns };
}

function isBracketBlock(block: string): boolean {
  return block.split("\n").every((line) => BRACKET_LINE.test(line));
}

function parseLines(block: string): BracketLine[] {
  return block.split("\n").flatMap((line) => {
    const match = BRACKET_LINE.exec(line);
    return match === null ? [] : [{ name: match[1]!, text: match[2]! }];
  });
}
