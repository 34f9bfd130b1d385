/** What a story file says, in lines for its author: as it was understood, so that what was not meant shows. */
import type { WorldNote } from "../world-notes.ts";
import type { StorySeed } from "./seed.ts";

/** Every line is `what it is: what was read`, but for the first, which is the title. */
export function describeStory(seed: StorySeed): readonly string[] {
  const { title, genre, tone, note, you, remember, notes, ban, bias, placeholders, opening, source } = seed;
  const paragraphs = opening.split("\n\n").length;
  return [
    `${title} (${source.kind === "ink" ? "ink" : `Markdown, opening of ${count(paragraphs, "paragraph")}`})`,
    ...line("genre", genre),
    ...line("tone", note === undefined || tone === undefined ? tone : `${tone} (the note is read instead)`),
    ...line("author's note", note),
    ...line("you", you),
    ...remember.map((fact) => `remember: ${fact}`),
    ...notes.map((one) => `note ${one.name}: ${describeNote(one)}`),
    ...line("never told", ban?.join(", ")),
    ...line(
      "bias",
      Object.entries(bias ?? {})
        .map(([word, value]) => `${word} ${value}`)
        .join(", "),
    ),
    ...placeholders.map(({ key, ask, default: answer }) => `asks for ${key}: ${ask} [${answer}]`),
  ];
}

function line(name: string, text: string | undefined): readonly string[] {
  return text === undefined || text === "" ? [] : [`${name}: ${text}`];
}

/** When it is told: its keys one by one, and its numbers. */
function describeNote({ keys, always, scan, priority, cooldown, delay }: WorldNote): string {
  const numbers = Object.entries({ scan, priority, cooldown, delay }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value}`],
  );
  return [...(always ? ["always"] : []), keys.join(" | "), ...numbers]
    .filter((part) => part !== "")
    .join("; ");
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
