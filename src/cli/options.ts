/** Options that several commands share, and the checks of their values: an option acts or is refused. */
import { InvalidArgumentError, Option } from "commander";

/** `--seed N`: any whole number from 0 to 2^32 - 1. */
export function seedOption(): Option {
  return new Option("--seed <number>", "repeat the same chances").argParser((text) =>
    wholeNumber(text, 0, 4294967295),
  );
}

export function modelOption(): Option {
  return new Option("--model <name>", "a model's name, or the path of its folder").default("ember");
}

export function savesOption(): Option {
  return new Option("--saves <folder>", "where adventures are kept");
}

export function jsonOption(): Option {
  return new Option("--json", "print JSON");
}

/** A whole number between the limits, or commander's own error. */
export function wholeNumber(text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
}

/** A number between the limits, or commander's own error. */
export function decimalNumber(text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
}

/** A seed nobody asked for: any of 2^32. */
export function chanceSeed(): number {
  return Math.floor(Math.random() * 4294967296);
}
