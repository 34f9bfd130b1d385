/** What each form of the weights costs a real model on a real text, in bits a character. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ImportOptions, importModel } from "../src/model/import.ts";
import { measureText } from "../src/model/measure-text.ts";
import { openModel } from "../src/model/onnx-model.ts";
import { commit, machine, report, table } from "./report.ts";

const FORMS: readonly (readonly [title: string, ImportOptions])[] = [
  ["float32", { quantization: "none" }],
  ["8 bits, all matrices in blocks", { quantization: "int8", rowProductWeights: Number.POSITIVE_INFINITY }],
  ["8 bits, all matrices by rows", { quantization: "int8", rowProductWeights: 0 }],
  ["8 bits", { quantization: "int8" }],
  ["4 bits", { quantization: "int4" }],
];

/** Of the Hugging Face model in `source`, on the text in the file `text`. */
export async function measureQuality(source: string, text: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "brasslamp-bench-"));
  try {
    const content = await readFile(text, "utf8");
    const fits: { title: string; bits: number }[] = [];
    for (const [title, options] of FORMS) {
      const folder = join(scratch, String(fits.length));
      await importModel(source, folder, options);
      const model = await openModel(folder);
      fits.push({ title, bits: (await measureText(model, content)).bitsPerCharacter });
      await model.dispose();
    }
    const rows = fits.map(({ title, bits }) => [
      title,
      bits.toFixed(4),
      `${(100 * (bits / fits[0]!.bits - 1)).toFixed(2)} %`,
    ]);
    await report("what rounding costs", [
      `${machine()} ${commit()}`,
      `${source}, on ${content.length} characters of ${text}.`,
      table(["weights", "bits a character", "more than float32"], rows),
    ]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
