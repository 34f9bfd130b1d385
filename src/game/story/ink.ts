/**
 * The only file that knows inkjs: compiles ink sources, and plays compiled stories one step at a time. Stateless between
 * steps: a step takes ink's saved state and gives the next one, so undo, retry and reload need nothing from inkjs.
 * Author's mistakes are `story.syntax`, mistakes met while playing `story.runtime`.
 */
import type { Compiler as InkCompiler, CompilerOptions as InkOptions } from "inkjs/compiler/Compiler";
import type { Story as InkStory } from "inkjs/engine/Story";
// inkjs's declarations of "inkjs/full" do not resolve under nodenext (everything is `any`), hence the casts below
import * as inkjs from "inkjs/full";
import { AppError, messageOf } from "../../shared/errors.ts";
import { toOneLine } from "../../shared/text.ts";
import type { InkMoment } from "../story-tree.ts";
import { tidyLine } from "../tidy.ts";
import { ProblemList } from "./problems.ts";

const Compiler = inkjs.Compiler as typeof InkCompiler;
const CompilerOptions = inkjs.CompilerOptions as typeof InkOptions;
const Story = inkjs.Story as typeof InkStory;

/** Most inkjs steps of one turn; an ordinary turn takes some hundreds. Counted, not timed, so that it is repeatable. */
const MAX_STEPS_PER_TURN = 50_000;
/** Most characters ink may tell before it offers a choice. */
const MAX_TEXT_CHARACTERS = 50_000;
const MAX_CHOICES = 50;

/** What one step of ink tells, and where it stands afterwards. */
export interface InkStep {
  /** Paragraphs separated by a blank line. */
  readonly text: string;
  readonly moment: InkMoment;
}

/** Gives the text of an included file; throws with a message for the author. */
export type ReadInclude = (name: string) => string;

class StepLimitError extends Error {}

/** inkjs with a bound: an ink story that goes in circles without telling anything would otherwise hang the game. */
class BoundedStory extends Story {
  // no initialiser: the base constructor already steps (global variables)
  declare private steps: number | undefined;

  override Step(): void {
    this.steps = (this.steps ?? 0) + 1;
    if (this.steps > MAX_STEPS_PER_TURN) throw new StepLimitError();
    super.Step();
  }
}

/** Compiles ink source to ink's JSON. Throws `story.syntax` with every mistake the compiler found. */
export function compileInk(source: string, file: string, readInclude: ReadInclude): string {
  const problems = new ProblemList(file);
  const onIssue = (message: string, type: number) => {
    if (type === 2) reportCompilerError(message, file, problems);
  };
  const fileHandler = { ResolveInkFilename: (name: string) => name, LoadInkFileContents: readInclude };
  try {
    const options = new CompilerOptions(file, [], false, onIssue, fileHandler);
    const json = new Compiler(escapeNoteBars(source), options).Compile().ToJson();
    if (problems.isEmpty && typeof json === "string") return json;
  } catch (error) {
    // "Compilation failed." only says that problems were reported
    if (problems.isEmpty) problems.add(messageOf(error), 1);
  }
  if (problems.isEmpty) problems.add("the compiler gave no story", 1);
  problems.throwIfAny();
  return "";
}

/** ink wants `\|` where a tag holds a bar; authors of `# note:` tags may leave the backslash out. */
function escapeNoteBars(source: string): string {
  return source.replace(/^[ \t]*#[ \t]*note[ \t]*:.*$/gm, (tag) => tag.replace(/(?<!\\)\|/g, "\\|"));
}

function reportCompilerError(message: string, file: string, problems: ProblemList): void {
  const [, inFile, line, text] = /^\w+: (?:'([^']*)' )?line (\d+): ([\s\S]*)$/.exec(message) ?? [];
  const plain = (text ?? message).replace(/\n?Error:\s*(?:Error:)?/, " ").trim();
  problems.add(plain, Number(line ?? 1), undefined, inFile ?? file);
}

/** Checks compiled ink from disk. Throws `story.syntax`. */
export function checkCompiledInk(json: string, file: string): string {
  const problems = new ProblemList(file);
  const clean = json.replace(/^\ufeff/, "");
  try {
    beginInk(clean, 0);
  } catch (error) {
    problems.add(`this is no compiled ink story that can be played: ${messageOf(error)}`, 1);
  }
  problems.throwIfAny();
  return clean;
}

/** Tags at the top of the story, `name: value` each, on one line; other tags are left out. Names are lower case. */
export function readGlobalTags(
  compiled: string,
): readonly { readonly name: string; readonly text: string }[] {
  const tags = playInk(() => open(compiled).globalTags ?? []);
  return tags.flatMap((tag) => {
    const [, name, text] = /^\s*([a-z]+)\s*:\s*([\s\S]*)$/i.exec(tag) ?? [];
    return name === undefined || text === undefined
      ? []
      : [{ name: name.toLowerCase(), text: toOneLine(text) }];
  });
}

/** Plays from the start to the first choices. `seed` (unsigned 32-bit) decides ink's chances. Throws `story.runtime`. */
export function beginInk(compiled: string, seed: number): InkStep {
  return playInk(() => {
    const story = open(compiled);
    story.state.storySeed = seed;
    return runToChoices(story, undefined);
  });
}

/** Takes a choice (index from 0, must exist) and plays to the next choices. Throws `story.runtime`. */
export function chooseInk(compiled: string, moment: InkMoment, choice: number): InkStep {
  return playInk(() => {
    const story = open(compiled);
    story.state.LoadJson(moment.state);
    story.ChooseChoiceIndex(choice);
    return runToChoices(story, moment.choices[choice]);
  });
}

function open(compiled: string): InkStory {
  return new BoundedStory(compiled);
}

/** `chosen` is what ink repeats as the first line unless the author bracketed it; the action line shows it already. */
function runToChoices(story: InkStory, chosen: string | undefined): InkStep {
  const errors: string[] = [];
  story.onError = (message, type) => {
    // running out of content is a missing `-> END`: the story ends there
    if (Number(type) === 2 && !/ran out of content/i.test(message)) errors.push(message);
  };
  const lines: string[] = [];
  let length = 0;
  while (story.canContinue) {
    const line = tidyLine(story.Continue() ?? "");
    length += line.length + 1;
    if (errors.length > 0) throw new Error(errors.join("; "));
    if (length > MAX_TEXT_CHARACTERS)
      throw new Error(`more than ${MAX_TEXT_CHARACTERS} characters without a choice`);
    if (line !== "") lines.push(line);
  }
  if (lines[0] !== undefined && lines[0] === chosen) lines.shift();
  const choices = story.currentChoices.slice(0, MAX_CHOICES).map((choice) => tidyLine(choice.text));
  return {
    text: lines.join("\n\n"),
    moment: { state: story.state.ToJson(), choices, ended: choices.length === 0 },
  };
}

/** Runs inkjs; everything it throws (it throws plain errors of many kinds on odd input) becomes `story.runtime`. */
function playInk<T>(play: () => T): T {
  try {
    return play();
  } catch (error) {
    const reason =
      error instanceof StepLimitError
        ? `it goes in circles: more than ${MAX_STEPS_PER_TURN} steps without a choice`
        : messageOf(error);
    throw new AppError("story.runtime", `The ink story cannot go on here: ${tidyLine(reason)}`, {
      hint: "This is a mistake in the story, not yours. You can /undo, take another choice, or act freely.",
      cause: error,
    });
  }
}
