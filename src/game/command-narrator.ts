/** The commands that ask the narrator something outside the story: /why a passage was told so, /suggest what to do. */
import { AppError } from "../shared/errors.ts";
import { buildBlock } from "./page.ts";
import type { TokenCandidate, TokenChoice } from "./ports.ts";
import type { Block } from "./protocol.ts";

/** The part of the session that these commands use. */
interface NarratorGame {
  show(...blocks: readonly Block[]): void;
  /** Throws `option.nothing` while the author's choices stand in their place. */
  suggest(): Promise<readonly string[]>;
  /** Throws `option.nothing` where the narrator has told nothing. */
  explainPassage(): Promise<readonly TokenChoice[]>;
}

/** `/suggest`: a numbered list; the session takes the number that is typed next. */
export async function suggest(game: NarratorGame): Promise<void> {
  const lines = await game.suggest();
  if (lines.length === 0) {
    const hint = "/suggest again tries others.";
    throw new AppError("option.nothing", "The narrator had no good idea this time.", { hint });
  }
  const numbered = lines.map((line, index) => `${index + 1}. ${line}`);
  game.show(buildBlock("info", [...numbered, "Type a number to do it, or anything else."].join("\n")));
}

/** `/why [WORD]`. Throws `option.unknown` for a word that is not in the passage. */
export async function why(game: NarratorGame, argument: string): Promise<void> {
  const tokens = await game.explainPassage();
  const word = argument.trim();
  const text = word === "" ? explainAll(tokens) : explainWord(tokens, word);
  if (text === "") throw new AppError("option.unknown", `The last passage has no "${word.slice(0, 40)}".`);
  game.show(buildBlock("info", text));
}

/** A line for each token: how likely the model thought it, and what it thought likelier. */
function explainAll(tokens: readonly TokenChoice[]): string {
  const rows = tokens.map(({ text, probability, candidates }) => {
    const likelier = candidates.filter((candidate) => candidate.probability > probability);
    return `${row({ text, probability, effects: [] })}  ${likelier.map(inBrief).join(", ")}`.trimEnd();
  });
  const title = "Each piece of the last passage, how likely it was to the model, and what was likelier:";
  return [title, ...rows, "/why WORD tells more about a word."].join("\n");
}

function inBrief({ text, probability, effects }: TokenCandidate): string {
  const about = effects.length === 0 ? "" : ` (${effects.join(", ")})`;
  return `${show(text)} ${percent(probability)}${about}`;
}

/** The five likeliest for each piece of the word, wherever it occurs, in any case. Empty when it does not occur. */
function explainWord(tokens: readonly TokenChoice[], word: string): string {
  const blocks = tokens.flatMap((token, index) =>
    touches(tokens, index, word) ? [explainToken(token)] : [],
  );
  return blocks.join("\n\n");
}

/** Whether the token is a part of an occurrence of the word. */
function touches(tokens: readonly TokenChoice[], index: number, word: string): boolean {
  const text = tokens
    .map((token) => token.text)
    .join("")
    .toLowerCase();
  const start = tokens.slice(0, index).reduce((length, token) => length + token.text.length, 0);
  const end = start + tokens[index]!.text.length;
  for (let at = text.indexOf(word.toLowerCase()); at !== -1; at = text.indexOf(word.toLowerCase(), at + 1)) {
    if (at < end && at + word.length > start) return true;
  }
  return false;
}

function explainToken(token: TokenChoice): string {
  const rows = token.candidates.map((candidate) =>
    `${row(candidate)}  ${candidate.effects.join(", ")}`.trimEnd(),
  );
  return [
    `Told: ${inBrief(token)}. The likeliest to the model, and what its rules did to them:`,
    ...rows,
  ].join("\n");
}

function row({ text, probability }: TokenCandidate): string {
  return `  ${show(text).padEnd(14)} ${percent(probability).padStart(7)}`;
}

/** Spaces and line breaks are a part of a token: shown, so that " lamp" and "lamp" differ. */
function show(text: string): string {
  return JSON.stringify(text);
}

function percent(probability: number): string {
  return `${(100 * probability).toFixed(1)} %`;
}
