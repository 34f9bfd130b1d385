/** `brasslamp complete TEXT`: plain continuation of a text. */
import { type Command, Option } from "commander";
import { complete } from "../../narrator/complete.ts";
import { AppError } from "../../shared/errors.ts";
import { stripControls } from "../../shared/text.ts";
import { deviceOption, loadChosenModel, type RuntimeChoice, threadsOption } from "../load-chosen-model.ts";
import { chanceSeed, decimalNumber, modelOption, seedOption, wholeNumber } from "../options.ts";
import { printLine } from "../output.ts";

interface Options extends RuntimeChoice {
  readonly model: string;
  readonly seed?: number;
  readonly tokens: number;
  readonly temperature: number;
  readonly topK: number;
}

const LONGEST_TEXT = 100_000;

export function addCompleteCommand(program: Command): void {
  program
    .command("complete")
    .argument("<text>", "the beginning")
    .description("continue a text, without story or rules")
    .addOption(modelOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(seedOption())
    .addOption(tokensOption())
    .addOption(
      new Option("--temperature <number>", "chance: 0 takes always the likeliest token")
        .argParser((text) => decimalNumber(text, 0, 10))
        .default(0.8),
    )
    .addOption(
      new Option("--top-k <number>", "choose among this many tokens; 0 for all")
        .argParser((text) => wholeNumber(text, 0, 256))
        .default(40),
    )
    .action(run);
}

function tokensOption(): Option {
  return new Option("--tokens <number>", "how much to add at most")
    .argParser((text) => wholeNumber(text, 1, 100_000))
    .default(120);
}

async function run(text: string, options: Options): Promise<void> {
  const beginning = stripControls(text);
  if (beginning.length > LONGEST_TEXT)
    throw new AppError(
      "usage.textTooLong",
      `The text has ${beginning.length} characters; ${LONGEST_TEXT} are allowed.`,
    );
  const model = await loadChosenModel(options.model, options);
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort(new AppError("interrupt", "Stopped.")));
  try {
    process.stdout.write(beginning);
    const onText = (added: string) => void process.stdout.write(stripControls(added));
    const { seed = chanceSeed(), tokens, temperature, topK } = options;
    await complete(model, beginning, { tokens, temperature, topK, seed, onText, signal: controller.signal });
  } finally {
    printLine();
    await model.dispose();
  }
}
