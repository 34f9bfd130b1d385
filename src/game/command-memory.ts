/** The commands about what the narrator knows: pinned facts, world notes, tone, summary, and the context it reads. */
import { AppError } from "../shared/errors.ts";
import { type Adventure, authorsNote, selectAdventureNotes } from "./adventure.ts";
import { buildBlock } from "./page.ts";
import type { ContextReport } from "./ports.ts";
import type { Block } from "./protocol.ts";
import { tidyLine } from "./tidy.ts";
import type { NoteState, WorldNote } from "./world-notes.ts";

/** Most characters of a fact or a note's text, and of a note's name. */
const MAX_FACT_CHARACTERS = 300;
const MAX_SUMMARY_CHARACTERS = 600;
const MAX_NAME_CHARACTERS = 60;
const MAX_FACTS = 50;
const MAX_NOTES = 500;

/** The part of the session that these commands use. */
interface MemoryGame {
  readonly adventure: Adventure;
  show(...blocks: readonly Block[]): void;
  change(adventure: Adventure, shows: "page" | "nothing"): Promise<void>;
  explain(): ContextReport;
}

/** `/remember [fact]`. Throws `option.tooLong` and `option.tooMany`. */
export async function remember(game: MemoryGame, argument: string): Promise<void> {
  const { remembered } = game.adventure;
  const fact = tidyLine(argument);
  if (fact === "") return game.show(buildBlock("info", listFacts(remembered)));
  refuseLonger("A fact", fact, MAX_FACT_CHARACTERS);
  if (remembered.includes(fact)) return game.show(buildBlock("info", "That is remembered already."));
  if (remembered.length >= MAX_FACTS) throw tooMany(MAX_FACTS, "facts", "/forget N makes room.");
  await game.change({ ...game.adventure, remembered: [...remembered, fact] }, "nothing");
  game.show(buildBlock("info", `Remembered: ${fact}`));
}

/** `/forget N`. Throws `option.outOfRange`. */
export async function forget(game: MemoryGame, argument: string): Promise<void> {
  const { remembered } = game.adventure;
  const index = /^\d{1,4}$/.test(argument) ? Number(argument) - 1 : -1;
  const fact = remembered[index];
  if (fact === undefined) {
    const range =
      remembered.length === 0 ? "Nothing is remembered." : `There are facts 1 to ${remembered.length}.`;
    throw new AppError("option.outOfRange", `/forget takes the number of a fact. ${range}`, {
      hint: "/remember lists them.",
    });
  }
  await game.change({ ...game.adventure, remembered: remembered.toSpliced(index, 1) }, "nothing");
  game.show(buildBlock("info", `Forgotten: ${fact}`));
}

function listFacts(facts: readonly string[]): string {
  if (facts.length === 0) return "Nothing is remembered yet. /remember the letter must not get wet";
  return facts.map((fact, index) => `${index + 1}. ${fact}`).join("\n");
}

/** `/notes [Name: text]`. Throws `option.missing`, `option.unknown`, `option.tooLong` and `option.tooMany`. */
export async function listOrChangeNotes(game: MemoryGame, argument: string): Promise<void> {
  const { notes } = game.adventure;
  if (argument === "") return game.show(buildBlock("info", listNotes(game.adventure)));
  const [, rawName = "", rawText = ""] = /^([^:]*):([\s\S]*)$/.exec(argument) ?? [];
  const [name, text] = [tidyLine(rawName), tidyLine(rawText)];
  if (name === "" || !/[\p{L}\p{N}]/u.test(name)) {
    throw new AppError("option.missing", "A note is written as Name: text.", {
      hint: "For example: /notes Captain Vey: commander of the harbor watch",
    });
  }
  refuseLonger("The name", name, MAX_NAME_CHARACTERS);
  refuseLonger("The note", text, MAX_FACT_CHARACTERS);
  await game.change({ ...game.adventure, notes: changeNote(notes, name, text) }, "nothing");
  game.show(buildBlock("info", text === "" ? `The note "${name}" is gone.` : `Noted: ${name}: ${text}`));
}

/** An existing note of this name keeps its keys; a new one has its name as key. */
function changeNote(notes: readonly WorldNote[], name: string, text: string): readonly WorldNote[] {
  const index = notes.findIndex((note) => note.name.toLowerCase() === name.toLowerCase());
  const old = notes[index];
  if (old !== undefined) return text === "" ? notes.toSpliced(index, 1) : notes.with(index, { ...old, text });
  if (text === "")
    throw new AppError("option.unknown", `There is no note "${name}".`, { hint: "/notes lists them." });
  if (notes.length >= MAX_NOTES)
    throw tooMany(MAX_NOTES, "notes", "/notes Name: (without a text) takes one away.");
  return [...notes, { name, keys: [name], text, always: false }];
}

function listNotes(adventure: Adventure): string {
  const { states } = selectAdventureNotes(adventure);
  if (states.length === 0)
    return "There are no world notes. /notes Captain Vey: commander of the harbor watch";
  const rows = states.map((state) => {
    const { name, keys, text, always } = state.note;
    return `${name} (${always ? "always" : keys.join(", ")}): ${text}\n  ${tellState(state)}`;
  });
  return [...rows, "", "What comes up is as of now, if the story just goes on."].join("\n");
}

function tellState({ state, reason }: NoteState): string {
  if (state === "always") return "always told";
  return state === "fires" ? `comes up: ${reason}` : `does not come up: ${reason}`;
}

/** `/tone`, `/tone TEXT`, `/tone auto`. Throws `option.tooLong`. */
export async function setTone(game: MemoryGame, argument: string): Promise<void> {
  const { tone: _tone, ...rest } = game.adventure;
  const text = tidyLine(argument);
  refuseLonger("The tone", text, MAX_FACT_CHARACTERS);
  if (text === "auto") await game.change(rest, "nothing");
  else if (text !== "") await game.change({ ...rest, tone: text }, "nothing");
  const tone = authorsNote(game.adventure) ?? "";
  game.show(
    buildBlock("info", tone === "" ? "The story sets no tone. /tone dry, tense" : `The tone is: ${tone}`),
  );
}

/** `/earlier`, `/earlier TEXT`, `/earlier auto`. Throws `option.tooLong`. */
export async function setEarlier(game: MemoryGame, argument: string): Promise<void> {
  const { earlier: _earlier, ...rest } = game.adventure;
  const text = tidyLine(argument);
  refuseLonger("The summary", text, MAX_SUMMARY_CHARACTERS);
  if (text === "auto") await game.change(rest, "nothing");
  else if (text !== "") await game.change({ ...rest, earlier: text }, "nothing");
  const summary = game.explain().pieces.find(({ source }) => source === "summary")?.text;
  game.show(
    buildBlock("info", summary ?? "The narrator can still read the whole story; there is no summary yet."),
  );
}

/** `/context`: what the narrator would read if the story went on now. */
export function showContext(game: MemoryGame): void {
  const { pieces, promptTokens, replyTokens, positions } = game.explain();
  const rows = pieces.map(({ tokens, state, source, reason, text }) => {
    const about = reason === "" ? state : `${state}: ${reason}`;
    return `${String(tokens).padStart(6)}  ${source} (${about})  ${preview(text)}`;
  });
  const total = `${String(promptTokens).padStart(6)}  tokens in all, ${replyTokens} kept free for the reply, ${positions} at most`;
  const notes = selectAdventureNotes(game.adventure).states.map(
    (state) => `  note ${state.note.name}: ${tellState(state)}`,
  );
  game.show(buildBlock("info", ["tokens", ...rows, total, ...notes].join("\n")));
}

function preview(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 50 ? `${line.slice(0, 47)}...` : line;
}

/** Throws `option.tooLong`: a player's words are refused whole, never cut. */
export function refuseLonger(what: string, text: string, limit: number): void {
  if (text.length <= limit) return;
  throw new AppError("option.tooLong", `${what} has ${text.length} characters; at most ${limit} fit.`);
}

function tooMany(limit: number, what: string, hint: string): AppError {
  return new AppError("option.tooMany", `There are ${limit} ${what} already.`, { hint });
}
