/**
 * The /commands: one table that the parser, /help and the suggestions all read. A command sees the session through
 * `CommandGame` only. What they do is in the command-*.ts files, by what they are about.
 */
import { AppError } from "../shared/errors.ts";
import { findNearest } from "../shared/nearest.ts";
import { listOrChangeFacts } from "./command-facts.ts";
import type { CommandGame } from "./command-game.ts";
import { forget, listOrChangeNotes, remember, setEarlier, setTone, showContext } from "./command-memory.ts";
import { suggest, why } from "./command-narrator.ts";
import { load, save, setTitle } from "./command-saves.ts";
import { ban, set, unban } from "./command-style.ts";
import { edit, goBack, goForward, retry, showOther } from "./command-turns.ts";
import { buildBlock, buildLastPassage } from "./page.ts";
import type { InputMode } from "./protocol.ts";

/** One row of the table. `usage` is the name with its arguments; `help` one line without a full stop. */
export interface Command {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly usage: string;
  readonly help: string;
  readonly run: (game: CommandGame, argument: string) => Promise<void> | void;
}

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
