/**
 * The /commands: one table that the parser, /help and the suggestions all read. A command sees the session through
 * `CommandGame` only. Those about facts, notes and the context are in command-memory.ts.
 */
import { AppError } from "../shared/errors.ts";
import { findNearest } from "../shared/nearest.ts";
import { MAX_STORY_CHARACTERS } from "./action.ts";
import type { Adventure } from "./adventure.ts";
import { listOrChangeFacts } from "./command-facts.ts";
import {
  forget,
  listOrChangeNotes,
  refuseLonger,
  remember,
  setEarlier,
  setTone,
  showContext,
} from "./command-memory.ts";
import { suggest, why } from "./command-narrator.ts";
import { ban, set, unban } from "./command-style.ts";
import { buildMenu, pickItem } from "./menu.ts";
import { buildBlock, buildLastPassage } from "./page.ts";
import type { ContextReport, StyleCatalog, TokenChoice } from "./ports.ts";
import type { Block, InputMode } from "./protocol.ts";
import type { SaveStore } from "./saves/save-store.ts";
import {
  childrenOf,
  currentNode,
  growSibling,
  nextSibling,
  pathOf,
  redo,
  type StoryNode,
  type StoryTree,
  undo,
} from "./story-tree.ts";
import { tidyLine, tidyParagraphs } from "./tidy.ts";

/** A question to the player; `answer` gets the line and may ask again by throwing an `AppError`. */
export interface Question {
  readonly label: string;
  readonly initial?: string;
  readonly answer: (text: string) => Promise<void>;
}

/** What commands may see and do. */
export interface CommandGame {
  /** Throws `story.none` while no story has begun. */
  readonly adventure: Adventure;
  readonly saves: SaveStore;
  /** `undefined` while the adventure is not on disk. */
  readonly slug: string | undefined;
  show(...blocks: readonly Block[]): void;
  ask(question: Question): void;
  change(adventure: Adventure, shows: "page" | "nothing"): Promise<void>;
  act(text: string, mode: InputMode): Promise<void>;
  retell(): Promise<void>;
  loadSave(slug: string): Promise<void>;
  explain(): ContextReport;
  readonly styles: StyleCatalog;
  suggest(): Promise<readonly string[]>;
  explainPassage(): Promise<readonly TokenChoice[]>;
  quit(): Promise<void>;
}

/** One row of the table. `usage` is the name with its arguments; `help` one line without a full stop. */
export interface Command {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly usage: string;
  readonly help: string;
  readonly run: (game: CommandGame, argument: string) => Promise<void> | void;
}

const MAX_TITLE_CHARACTERS = 100;

export const COMMANDS: readonly Command[] = [
  { name: "help", aliases: ["h", "?"], usage: "/help", help: "Show this list", run: showHelp },
  { name: "undo", aliases: ["u", "back"], usage: "/undo [n]", help: "Go back one turn, or n", run: goBack },
  { name: "redo", aliases: [], usage: "/redo [n]", help: "Go forward again after /undo", run: goForward },
  {
    name: "retry",
    aliases: ["r"],
    usage: "/retry",
    help: "Tell the last turn again, differently",
    run: retry,
  },
  {
    name: "other",
    aliases: [],
    usage: "/other",
    help: "Go round the other tellings of this turn (retries, edits, other actions)",
    run: showOther,
  },
  { name: "edit", aliases: ["alter"], usage: "/edit [text]", help: "Rewrite the last passage", run: edit },
  {
    name: "remember",
    aliases: ["memory"],
    usage: "/remember [fact]",
    help: "Have the narrator keep a fact in mind; without one, list them",
    run: remember,
  },
  { name: "forget", aliases: [], usage: "/forget N", help: "Drop fact number N", run: forget },
  {
    name: "notes",
    aliases: ["note"],
    usage: "/notes [Name: text]",
    help: "List the world notes, or add or change one (an empty text takes it away)",
    run: listOrChangeNotes,
  },
  {
    name: "facts",
    aliases: ["ledger"],
    usage: "/facts [forget N | lock N]",
    help: "What the story has settled: who is dead, what you have, which doors are locked",
    run: listOrChangeFacts,
  },
  {
    name: "tone",
    aliases: [],
    usage: "/tone [text | auto]",
    help: "How the story is told; said to the narrator again and again",
    run: setTone,
  },
  {
    name: "earlier",
    aliases: ["summary"],
    usage: "/earlier [text | auto]",
    help: "The summary of what the narrator cannot read any more",
    run: setEarlier,
  },
  {
    name: "title",
    aliases: ["rename"],
    usage: "/title [text]",
    help: "Show or change the title",
    run: setTitle,
  },
  {
    name: "save",
    aliases: [],
    usage: "/save [name]",
    help: "Every turn is saved anyway; with a name, keep a copy as it is now",
    run: save,
  },
  { name: "load", aliases: ["saves"], usage: "/load [name]", help: "Continue another save", run: load },
  { name: "look", aliases: [], usage: "/look", help: "Show the last passage again", run: look },
  { name: "context", aliases: [], usage: "/context", help: "Show what the narrator reads", run: showContext },
  {
    name: "why",
    aliases: [],
    usage: "/why [word]",
    help: "Show what the narrator nearly said in the last passage, and why it did not",
    run: why,
  },
  { name: "suggest", aliases: ["hint"], usage: "/suggest", help: "Propose three things to do", run: suggest },
  {
    name: "set",
    aliases: ["settings"],
    usage: "/set [name value]",
    help: "Show how the story is told, or change it: /set preset vivid, /set reset",
    run: set,
  },
  {
    name: "ban",
    aliases: [],
    usage: "/ban [phrase]",
    help: "Never tell a phrase; without one, list them",
    run: ban,
  },
  { name: "unban", aliases: [], usage: "/unban N", help: "Allow phrase number N again", run: unban },
  {
    name: "do",
    aliases: [],
    usage: "/do text",
    help: "Do something",
    run: (game, text) => actAs(game, text, "do"),
  },
  {
    name: "say",
    aliases: [],
    usage: "/say text",
    help: "Say something",
    run: (game, text) => actAs(game, text, "say"),
  },
  {
    name: "story",
    aliases: [],
    usage: "/story text",
    help: "Write a paragraph of the story yourself",
    run: (game, text) => actAs(game, text, "story"),
  },
  {
    name: "quit",
    aliases: ["q", "exit", "bye"],
    usage: "/quit",
    help: "Leave the game",
    run: (game) => game.quit(),
  },
];

/** Runs a command by name or alias. Throws `option.unknownCommand` and what the command throws. */
export async function runCommand(game: CommandGame, name: string, argument: string): Promise<void> {
  const command = COMMANDS.find((row) => row.name === name || row.aliases.includes(name));
  if (command === undefined) throw unknownCommand(name);
  await command.run(game, argument);
}

function unknownCommand(name: string): AppError {
  const near = findNearest(name, [...COMMANDS.map((command) => command.name)]);
  const hint = near === undefined ? "/help lists the commands." : `Did you mean /${near}?`;
  return new AppError("option.unknownCommand", `There is no command /${name.slice(0, 40)}.`, { hint });
}

function showHelp(game: CommandGame): void {
  const width = Math.max(...COMMANDS.map(({ usage }) => usage.length));
  const rows = COMMANDS.map(({ usage, help }) => `${usage.padEnd(width)}  ${help}`);
  const typing = [
    'Type what you do: open the door. Say things in quotes: "Who is there?"',
    "Write the story yourself after an exclamation mark: !It begins to rain.",
    "Press Enter on an empty line to let the story go on. Ctrl-C stops the narrator.",
  ];
  game.show(buildBlock("info", [...typing, "", ...rows].join("\n")));
}

async function goBack(game: CommandGame, argument: string): Promise<void> {
  const steps = parseCount("/undo", argument);
  const { tree } = game.adventure;
  const depth = pathOf(tree).length;
  if (depth === 0)
    throw new AppError("option.nothing", "You are at the beginning; there is nothing to undo.");
  await goTo(game, undo(tree, steps));
  if (steps > depth) game.show(buildBlock("info", `There were only ${depth} turns; this is the beginning.`));
}

async function goForward(game: CommandGame, argument: string): Promise<void> {
  const steps = parseCount("/redo", argument);
  const { tree } = game.adventure;
  const there = redo(tree, steps);
  if (there.current === tree.current) throw new AppError("option.nothing", "There is nothing to redo.");
  await goTo(game, there);
}

async function showOther(game: CommandGame): Promise<void> {
  const { tree } = game.adventure;
  const there = nextSibling(tree);
  if (there.current === tree.current) {
    throw new AppError("option.nothing", "This turn was told only once.", { hint: "/retry tells it again." });
  }
  await goTo(game, there);
  const siblings = childrenOf(there, currentNode(there).parent ?? 0);
  const place = siblings.findIndex(({ id }) => id === there.current) + 1;
  game.show(buildBlock("info", `Telling ${place} of ${siblings.length}.`));
}

async function goTo(game: CommandGame, tree: StoryTree): Promise<void> {
  await game.change({ ...game.adventure, tree }, "page");
}

async function retry(game: CommandGame): Promise<void> {
  const node = lastTurn(game, "retry");
  if (node.action.kind === "choice") {
    throw new AppError("option.nothing", "The author wrote that passage; it would be the same again.", {
      hint: "/undo takes the choice back.",
    });
  }
  await game.retell();
}

async function edit(game: CommandGame, argument: string): Promise<void> {
  const { passage } = lastTurn(game, "edit");
  if (argument !== "") return replacePassage(game, argument);
  game.ask({
    label: "New text (empty leaves it):",
    initial: passage,
    answer: async (text) => {
      if (text.trim() !== "") await replacePassage(game, text);
    },
  });
}

async function replacePassage(game: CommandGame, text: string): Promise<void> {
  const passage = tidyParagraphs(text);
  const limit = Math.max(MAX_STORY_CHARACTERS, lastTurn(game, "edit").passage.length);
  refuseLonger("The passage", passage, limit);
  const { adventure } = game;
  const { id: _id, parent: _parent, lastChild: _lastChild, ...turn } = currentNode(adventure.tree);
  if (passage === "" || passage === turn.passage)
    return game.show(buildBlock("info", "Nothing was changed."));
  await goTo(game, growSibling(adventure.tree, { ...turn, passage }));
}

function lastTurn(game: CommandGame, verb: string): StoryNode {
  const node = currentNode(game.adventure.tree);
  if (node.parent !== null) return node;
  throw new AppError("option.nothing", `There is nothing to ${verb} yet; the story is at its opening.`);
}

async function setTitle(game: CommandGame, argument: string): Promise<void> {
  const title = tidyLine(argument);
  if (title === "") return game.show(buildBlock("info", `The title is "${game.adventure.title}".`));
  refuseLonger("The title", title, MAX_TITLE_CHARACTERS);
  await game.change({ ...game.adventure, title }, "nothing");
  game.show(buildBlock("info", `The title is now "${title}".`));
}

async function save(game: CommandGame, argument: string): Promise<void> {
  if (argument !== "") {
    const slug = await game.saves.createNamed(argument, game.adventure);
    return game.show(
      buildBlock("info", `A copy is kept as "${slug}". You go on in "${game.slug ?? "memory"}".`),
    );
  }
  await game.change(game.adventure, "nothing");
  const { slug } = game;
  if (slug === undefined) return;
  game.show(buildBlock("info", `Every turn is saved at once, in ${game.saves.pathOf(slug)}`));
}

async function load(game: CommandGame, argument: string): Promise<void> {
  if (argument !== "") return game.loadSave(await game.saves.find(argument));
  const { items, text } = buildMenu(await game.saves.list(), []);
  if (items.length === 0)
    throw new AppError("option.nothing", ["There are no saves.", text].join("\n").trim());
  game.show(buildBlock("info", text));
  game.ask({
    label: "Which one? (empty to stay)",
    answer: async (answer) => {
      if (answer.trim() !== "") await game.loadSave(pickItem(items, answer).name);
    },
  });
}

function look(game: CommandGame): void {
  game.show(...buildLastPassage(game.adventure.tree));
}

async function actAs(game: CommandGame, text: string, mode: InputMode): Promise<void> {
  if (text === "" || text.startsWith("/")) {
    throw new AppError("option.missing", `/${mode} needs a text.`, {
      hint: "For example: /say Who is there?",
    });
  }
  await game.act(text, mode);
}

function parseCount(name: string, argument: string): number {
  if (argument === "") return 1;
  if (/^[1-9]\d{0,5}$/.test(argument)) return Number(argument);
  throw new AppError("option.outOfRange", `${name} takes a number from 1, not "${argument.slice(0, 40)}".`);
}
