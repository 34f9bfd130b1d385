/**
 * Measures speed and memory on this machine and adds a dated section to bench/RESULTS.md.
 *
 *     npm run bench [-- folder of an imported model ...]                  our own figures
 *     npm run bench -- --shape 1558m                                      of a random GPT-2 of this size
 *     npm run bench -- --peers [--rounds 5] [--shape 124m] [--float32]    beside transformers.js and llama.cpp
 *     npm run bench -- --quality --text FILE FOLDER                       bits a character of a Hugging Face model's forms
 *     npm run bench -- --adventure [--turns 300] [--shape 124m]           first-token time by turn
 */
import { parseArgs } from "node:util";
import { GPT2_SHAPES, type Gpt2ShapeName } from "../src/model/random-gpt2.ts";
import { measureAdventures } from "./adventure.ts";
import { measureOwnModels } from "./own-models.ts";
import { measureQuality } from "./quality.ts";
import { measureSideBySide } from "./side-by-side.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    shape: { type: "string" },
    float32: { type: "boolean", default: false },
    adventure: { type: "boolean", default: false },
    quality: { type: "boolean", default: false },
    text: { type: "string" },
    turns: { type: "string", default: "300" },
  },
});

if (values.quality) {
  const [source] = positionals;
  if (source === undefined || values.text === undefined)
    throw new Error("--quality wants --text FILE and a folder");
  await measureQuality(source, values.text);
}
if (!values.peers && !values.adventure && !values.quality)
  await measureOwnModels(positionals, values.shape === undefined ? undefined : shapeName(values.shape));
if (values.peers) {
  const rounds = wholeNumber("rounds", values.rounds);
  const shape = shapeName(values.shape ?? "124m");
  await measureSideBySide({ rounds, shape, withFloat32: values.float32 });
}
if (values.adventure) {
  const shape = values.shape === undefined ? undefined : shapeName(values.shape);
  await measureAdventures(wholeNumber("turns", values.turns), shape);
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Error(`--${option} must be a whole number from 1, not ${text}`);
}

function shapeName(text: string): Gpt2ShapeName {
  if (Object.hasOwn(GPT2_SHAPES, text)) return text as Gpt2ShapeName;
  throw new Error(`--shape must be one of ${Object.keys(GPT2_SHAPES).join(", ")}, not ${text}`);
}
