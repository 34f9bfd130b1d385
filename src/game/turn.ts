/**
 * One turn from action to node: an ink choice is told by the author's text, everything else by the narrator. Pure but for
 * the narrator; when it throws, nothing has changed.
 */
import { AppError } from "../shared/errors.ts";
import { stripControls } from "../shared/text.ts";
import { parseLine, toChoiceAction } from "./action.ts";
import { type Adventure, buildRequest } from "./adventure.ts";
import type { NarrationStats, Narrator, PlayerAction, TokenChoice } from "./ports.ts";
import type { InputMode } from "./protocol.ts";
import { chooseInk } from "./story/ink.ts";
import { currentNode, growTree, inkOf, type NewTurn, undo } from "./story-tree.ts";

/** What the player wants next. `choice` is the index (from 0) of an ink choice. */
export interface TurnPlan {
  readonly action: PlayerAction;
  readonly typed: string;
  readonly choice?: number;
}

export interface TurnOptions {
  readonly narrator: Narrator;
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
  readonly now: () => Date;
}

export interface TurnResult {
  readonly adventure: Adventure;
  /** Absent when the author told the turn. */
  readonly stats?: NarrationStats;
}

/** A line as a plan for a turn, a command, or a reason why it is neither. Numbers and words may pick an ink choice. */
export function planTurn(
  text: string,
  mode: InputMode,
  choices: readonly string[],
): TurnPlan | Exclude<ReturnType<typeof parseLine>, { kind: "action" }> {
  const typed = stripControls(text).trim();
  const picked = pickChoice(typed, choices);
  if (picked === "none") {
    return { kind: "invalid", reason: `There is no choice ${typed}; there are ${choices.length}.` };
  }
  if (picked !== undefined) return { action: toChoiceAction(choices[picked]!), typed, choice: picked };
  const parsed = parseLine(text, mode);
  return parsed.kind === "action" ? { action: parsed.action, typed } : parsed;
}

/** Index of the choice a line picks by number or by its words, `none` for a number without a choice. */
function pickChoice(typed: string, choices: readonly string[]): number | "none" | undefined {
  if (choices.length === 0) return undefined;
  const number = /^(\d{1,3})\.?$/.exec(typed)?.[1];
  if (number !== undefined)
    return Number(number) >= 1 && Number(number) <= choices.length ? Number(number) - 1 : "none";
  const wanted = fold(typed);
  const index = wanted === "" ? -1 : choices.findIndex((choice) => fold(choice) === wanted);
  return index < 0 ? undefined : index;
}

function fold(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/**
 * Tells the turn that follows the current node and goes there. Aborting the signal keeps what was told.
 * Throws `story.runtime` and whatever `AppError` the narrator throws.
 */
export async function tellTurn(
  adventure: Adventure,
  plan: TurnPlan,
  options: TurnOptions,
): Promise<TurnResult> {
  return plan.choice === undefined
    ? narrateTurn(adventure, plan, options)
    : { adventure: takeChoice(adventure, plan, plan.choice, options) };
}

async function narrateTurn(adventure: Adventure, plan: TurnPlan, options: TurnOptions): Promise<TurnResult> {
  const { narrator, signal, onText, now } = options;
  const request = buildRequest(adventure, plan.action, narrator);
  const narration = await narrator.narrate(request, { signal, onText });
  const { action, inserted, seed } = request;
  const passage = stripControls(narration.passage);
  const { name, sha256 } = narrator.model;
  const turn = { action, inserted, seed, passage, ended: narration.ended, typed: plan.typed };
  return { adventure: { ...addTurn(adventure, turn, now), model: { name, sha256 } }, stats: narration.stats };
}

/** What the narrator might have told instead in the current turn. Throws `option.nothing` where it has told nothing. */
export async function explainTurn(
  adventure: Adventure,
  narrator: Narrator,
  signal: AbortSignal,
): Promise<readonly TokenChoice[]> {
  const { action, inserted, seed, passage, parent } = currentNode(adventure.tree);
  if (parent === null || action.kind === "choice" || passage === "")
    throw new AppError("option.nothing", "The narrator has told nothing here.");
  const before = { ...adventure, tree: undo(adventure.tree) };
  const request = { ...buildRequest(before, action, narrator), inserted, seed };
  return narrator.explainPassage(request, passage, signal);
}

function takeChoice(
  adventure: Adventure,
  plan: TurnPlan,
  choice: number,
  { onText, now }: TurnOptions,
): Adventure {
  const { source } = adventure.story;
  const moment = inkOf(adventure.tree);
  if (source.kind !== "ink" || moment === undefined)
    throw new AppError("story.runtime", "This story has no choices.");
  const step = chooseInk(source.compiled, moment, choice);
  if (step.text !== "") onText(step.text);
  const { action, typed } = plan;
  const told = { passage: step.text, ink: step.moment, ended: step.moment.ended, inserted: [], seed: 0 };
  return addTurn(adventure, { action, typed, ...told }, now);
}

function addTurn(adventure: Adventure, turn: Omit<NewTurn, "at">, now: () => Date): Adventure {
  return { ...adventure, tree: growTree(adventure.tree, { ...turn, at: now().toISOString() }) };
}
