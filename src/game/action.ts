/**
 * From a typed line to what it means: a turn in the second person, a /command, or a value that says what is wrong.
 * A player's words are never cut without saying so.
 */
import { stripControls } from "../shared/text.ts";
import { toSecondPerson } from "./person.ts";
import type { PlayerAction } from "./ports.ts";
import type { InputMode } from "./protocol.ts";
import { quote, readSpeech } from "./speech.ts";
import { tidyLine, tidyParagraphs } from "./tidy.ts";

/** Most characters of a do or say line. */
export const MAX_LINE_CHARACTERS = 500;
/** Most characters of a story paragraph or an edited passage. */
export const MAX_STORY_CHARACTERS = 2000;

/** What a line means. `name` of a command is lower case, without the slash; `reason` is a sentence for the player. */
export type ParsedLine =
  | { readonly kind: "action"; readonly action: PlayerAction }
  | { readonly kind: "command"; readonly name: string; readonly argument: string }
  | { readonly kind: "invalid"; readonly reason: string };

/** First words that make the line a sentence of its own: "You the door opens" would be no English. */
const OTHER_SUBJECTS = /^(?:my|we|he|she|it|they|there|the|your|let's)\b(?!-)/i;
const SHORTHANDS: ReadonlyMap<string, string> = new Map([
  ["n", "go north"],
  ["s", "go south"],
  ["e", "go east"],
  ["w", "go west"],
  ["ne", "go northeast"],
  ["nw", "go northwest"],
  ["se", "go southeast"],
  ["sw", "go southwest"],
  ["u", "go up"],
  ["d", "go down"],
  ["l", "look around"],
  ["i", "check what you are carrying"],
  ["z", "wait"],
  ...["north", "south", "east", "west", "up", "down"].map((way) => [way, `go ${way}`] as const),
]);

/** Reads a line; never throws. An empty line continues the story. */
export function parseLine(text: string, mode: InputMode): ParsedLine {
  const line = stripControls(text).trim();
  if (line === "") return { kind: "action", action: { kind: "continue", text: "" } };
  if (line.startsWith("/")) return parseCommand(line);
  if (line.startsWith("!") && mode !== "story") return parseLine(line.slice(1), "story");
  const clean = mode === "story" ? tidyParagraphs(line) : tidyLine(line);
  const limit = mode === "story" ? MAX_STORY_CHARACTERS : MAX_LINE_CHARACTERS;
  if (clean.length > limit) {
    return {
      kind: "invalid",
      reason: `That is ${clean.length} characters; at most ${limit} fit. Please shorten it.`,
    };
  }
  if (!/[\p{L}\p{N}]/u.test(clean)) {
    return {
      kind: "invalid",
      reason: "There are no words in that. Say what you do, or press Enter to continue.",
    };
  }
  if (mode === "story") return { kind: "action", action: { kind: "story", text: punctuateAll(clean) } };
  return { kind: "action", action: mode === "say" ? toSpeech(clean) : toDeed(clean) };
}

function parseCommand(line: string): ParsedLine {
  const [, name = "", argument = ""] = /^\/\s*(\S*)\s*([\s\S]*)$/.exec(line) ?? [];
  return { kind: "command", name: name.toLowerCase(), argument: argument.trim() };
}

/** The action line of an ink choice: a deed where it reads as one, otherwise words that are chosen or said. */
export function toChoiceAction(choice: string): PlayerAction {
  const clean = tidyLine(choice);
  if (!/[\p{L}\p{N}]/u.test(clean)) return { kind: "choice", text: "" };
  if (/^(?:a|an|the|this|that|his|her|their|its|some|any|no one|nothing)\b/i.test(clean)) {
    return { kind: "choice", text: punctuate(`You choose ${lowerFirst(clean)}`) };
  }
  return { kind: "choice", text: toDeed(clean).text };
}

/** Do-mode: speech where the line is speech, otherwise `You <line>.` in the second person. */
function toDeed(line: string): PlayerAction {
  const speech = readSpeech(line);
  if (speech !== undefined) return { kind: "say", text: speech };
  const expanded = (SHORTHANDS.get(line.toLowerCase()) ?? line).replace(/^x (?=\S)/i, "examine ");
  const converted = closeQuote(toSecondPerson(expanded));
  if (/^you\b(?!-)/i.test(converted) || OTHER_SUBJECTS.test(converted)) {
    return { kind: "do", text: punctuate(upperFirst(converted)) };
  }
  const verb = /^am\b/i.test(expanded) ? converted.replace(/^am\b/i, "are") : converted;
  return { kind: "do", text: punctuate(`You ${lowerFirst(verb)}`) };
}

function toSpeech(line: string): PlayerAction {
  // somebody in say-mode who types the frame as well: say "hello"
  const told = /^\p{L}[^"]*"/u.test(line) ? readSpeech(line) : undefined;
  return { kind: "say", text: told ?? `You say ${quote(line)}` };
}

/** Adds a full stop where the text has no end of its own; inside the quotes where it ends with quoted words. */
function punctuate(text: string): string {
  if (/[.!?\u3002\uff01\uff1f]["')]*$/.test(text)) return text;
  const body = text.replace(/[,;:\s-]+$/, "");
  return body.endsWith('"') ? `${body.slice(0, -1).replace(/[,;:\s-]+$/, "")}."` : `${body}.`;
}

function punctuateAll(paragraphs: string): string {
  return paragraphs.split("\n\n").map(punctuate).join("\n\n");
}

function closeQuote(text: string): string {
  return (text.split('"').length - 1) % 2 === 0 ? text : `${text}"`;
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Lower-cases a first word that is capitalised only because it is the first; "NASA" and "Mc..." stay. */
function lowerFirst(text: string): string {
  const word = /^[\p{L}']+/u.exec(text)?.[0] ?? "";
  const isPlain = /^\p{Lu}[\p{Ll}']*$/u.test(word);
  return isPlain && !/^\p{Lu}\./u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
