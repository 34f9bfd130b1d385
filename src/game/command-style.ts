/** The commands about how the story is told: /set, /ban, /unban. What can be set is the narrator's to say. */
import { AppError } from "../shared/errors.ts";
import { findNearest } from "../shared/nearest.ts";
import type { Adventure } from "./adventure.ts";
import { refuseLonger } from "./command-memory.ts";
import { buildBlock } from "./page.ts";
import type { StyleCatalog, StyleDial } from "./ports.ts";
import type { Block } from "./protocol.ts";
import { bansOf, MAX_BAN_CHARACTERS, MAX_BANS, type StyleChoice } from "./style.ts";
import { tidyLine } from "./tidy.ts";

/** The part of the session that these commands use. */
interface StyleGame {
  readonly adventure: Adventure;
  readonly styles: StyleCatalog;
  show(...blocks: readonly Block[]): void;
  change(adventure: Adventure, shows: "page" | "nothing"): Promise<void>;
}

/** `/set`, `/set NAME VALUE`, `/set preset NAME`, `/set reset`. Throws `option.unknown`, `option.outOfRange`. */
export async function set(game: StyleGame, argument: string): Promise<void> {
  const [name = "", value = "", ...rest] = argument
    .toLowerCase()
    .replaceAll("_", "-")
    .split(/[\s=]+/);
  if (rest.length > 0)
    throw new AppError("option.unknown", "/set takes one name and one value.", { hint: "/set lists them." });
  if (name === "") return say(game, listSettings(game));
  if (name === "reset")
    return changeStyle(game, undefined, "Everything is as the narrator has it by itself.");
  if (name === "preset") return setPreset(game, value);
  const dial = game.styles.dials.find((candidate) => candidate.name === name);
  if (dial === undefined)
    throw unknownName(name, ["preset", "reset", ...game.styles.dials.map((one) => one.name)]);
  if (value === "") return say(game, describeDial(game, dial));
  const style = game.adventure.style ?? { dials: {} };
  const dials = { ...style.dials, [name]: parseValue(dial, value) };
  await changeStyle(game, { ...style, dials }, `${name} is now ${Number(value)}.`);
}

async function setPreset(game: StyleGame, name: string): Promise<void> {
  const { presets } = game.styles;
  if (name === "") return say(game, describePreset(game));
  if (!Object.hasOwn(presets, name)) throw unknownName(name, Object.keys(presets));
  await changeStyle(game, { preset: name, dials: {} }, `The narrator is now ${name}.`);
}

/** From the next passage on. */
async function changeStyle(game: StyleGame, style: StyleChoice | undefined, told: string): Promise<void> {
  const { style: _before, ...rest } = game.adventure;
  await game.change(style === undefined ? rest : { ...rest, style }, "nothing");
  say(game, told);
}

function parseValue({ name, least, most, isWhole }: StyleDial, text: string): number {
  const value = Number(text);
  if (
    /^-?\d+(?:\.\d+)?$/.test(text) &&
    value >= least &&
    value <= most &&
    (!isWhole || Number.isInteger(value))
  )
    return value;
  const kind = isWhole ? "a whole number" : "a number";
  throw new AppError(
    "option.outOfRange",
    `${name} takes ${kind} from ${least} to ${most}, not "${text.slice(0, 40)}".`,
  );
}

function unknownName(name: string, known: readonly string[]): AppError {
  const near = findNearest(name, known);
  const hint = near === undefined ? `There are: ${known.join(", ")}.` : `Did you mean ${near}?`;
  return new AppError("option.unknown", `There is no setting "${name.slice(0, 40)}".`, { hint });
}

function listSettings(game: StyleGame): string {
  const rows = game.styles.dials.map((dial) => describeDial(game, dial));
  return [
    describePreset(game),
    "",
    ...rows,
    "",
    "* differs from the preset. /set reset undoes all changes.",
  ].join("\n");
}

function describePreset({ styles, adventure }: StyleGame): string {
  const preset = adventure.style?.preset ?? styles.defaultPreset;
  return `preset: ${preset} (there are: ${Object.keys(styles.presets).join(", ")})`;
}

function describeDial({ adventure, styles }: StyleGame, { name, least, most, help }: StyleDial): string {
  const { preset = styles.defaultPreset, dials = {} } = adventure.style ?? {};
  const own = Object.hasOwn(dials, name) ? dials[name] : undefined;
  const value = own ?? styles.presets[preset]?.[name] ?? "?";
  const mark = own === undefined ? " " : "*";
  return `${mark} ${name.padEnd(18)} ${String(value).padEnd(5)} ${`${least} to ${most}`.padEnd(10)} ${help}`;
}

/** `/ban [PHRASE]`. Throws `option.missing`, `option.tooLong`, `option.tooMany`. */
export async function ban(game: StyleGame, argument: string): Promise<void> {
  const phrase = tidyLine(argument);
  const bans = bansOf(game.adventure);
  if (phrase === "") return say(game, listBans(bans));
  if (!/[\p{L}\p{N}]/u.test(phrase)) throw new AppError("option.missing", "There is no word in that phrase.");
  refuseLonger("The phrase", phrase, MAX_BAN_CHARACTERS);
  if (bans.some((known) => known.toLowerCase() === phrase.toLowerCase()))
    return say(game, "That is banned already.");
  if (bans.length >= MAX_BANS)
    throw new AppError("option.tooMany", `There are ${MAX_BANS} banned phrases already.`, {
      hint: "/unban N makes room.",
    });
  await game.change({ ...game.adventure, bans: [...bans, phrase] }, "nothing");
  say(game, `The narrator will not say "${phrase}" any more.`);
}

/** `/unban N`. Throws `option.outOfRange`. */
export async function unban(game: StyleGame, argument: string): Promise<void> {
  const bans = bansOf(game.adventure);
  const index = /^\d{1,4}$/.test(argument) ? Number(argument) - 1 : -1;
  const phrase = bans[index];
  if (phrase === undefined) {
    const range = bans.length === 0 ? "Nothing is banned." : `There are phrases 1 to ${bans.length}.`;
    throw new AppError("option.outOfRange", `/unban takes the number of a phrase. ${range}`, {
      hint: "/ban lists them.",
    });
  }
  await game.change({ ...game.adventure, bans: bans.toSpliced(index, 1) }, "nothing");
  say(game, `The narrator may say "${phrase}" again.`);
}

function listBans(bans: readonly string[]): string {
  if (bans.length === 0) return "Nothing is banned. /ban a shiver runs down your spine";
  return bans.map((phrase, index) => `${index + 1}. ${phrase}`).join("\n");
}

function say(game: StyleGame, text: string): void {
  game.show(buildBlock("info", text));
}
