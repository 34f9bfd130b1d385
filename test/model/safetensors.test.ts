/** Hostile, cut and odd safetensors files are refused with a code, before anything large is read. */
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openSafetensors } from "../../src/model/safetensors.ts";
import { AppError } from "../../src/shared/errors.ts";
import { codeOf, temporaryFolder } from "./helpers.ts";
import { safetensorsBytes, writeSafetensors } from "./tiny-gpt2.ts";

const root = temporaryFolder();
let made = 0;

async function fileOf(bytes: Uint8Array): Promise<string> {
  const path = join(root, `${made++}.safetensors`);
  await writeFile(path, bytes);
  return path;
}

const entry = (dtype: string, shape: unknown, offsets: unknown) =>
  JSON.stringify({ a: { dtype, shape, data_offsets: offsets } });

describe("hostile headers", () => {
  const data = new Uint8Array(16);
  const files: Readonly<Record<string, Buffer>> = {
    "an empty file": Buffer.alloc(0),
    "seven bytes": Buffer.alloc(7),
    "a header longer than the file": safetensorsBytes("{}", data, 1000n),
    "a header of 2^63 bytes": safetensorsBytes("{}", data, 1n << 63n),
    "a header that is no JSON": safetensorsBytes("{oops", data),
    "a header that is a list": safetensorsBytes("[]", data),
    "a header that is null": safetensorsBytes("null", data),
    "an entry that is no object": safetensorsBytes('{"a": 1}', data),
    "offsets beyond the file": safetensorsBytes(entry("F32", [5], [0, 20]), data),
    "offsets the wrong way round": safetensorsBytes(entry("F32", [0], [8, 4]), data),
    "negative offsets": safetensorsBytes(entry("F32", [1], [-4, 0]), data),
    "a fractional offset": safetensorsBytes(entry("F32", [1], [0, 4.5]), data),
    "a shape that needs more bytes": safetensorsBytes(entry("F32", [8], [0, 16]), data),
    "a shape whose size overflows": safetensorsBytes(entry("F32", [2 ** 40, 2 ** 40], [0, 16]), data),
    "a negative shape": safetensorsBytes(entry("F32", [-4], [0, 16]), data),
    "a shape with very many dimensions": safetensorsBytes(entry("F32", new Array(99).fill(1), [0, 4]), data),
  };
  it.each(Object.entries(files))("refuses %s", async (_, bytes) => {
    expect(await codeOf(openSafetensors(await fileOf(bytes)))).toBe("model.corrupt");
  });

  it("opens or refuses with a code whatever the bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), fc.string(), async (noise, header) => {
        for (const bytes of [noise, safetensorsBytes(header, noise)]) {
          const opened = openSafetensors(await fileOf(bytes));
          await opened.then(
            (source) => source.close(),
            (error) => expect(error).toBeInstanceOf(AppError),
          );
        }
      }),
      { numRuns: 50 },
    );
  });
});

it("refuses a type without floats only when it is read", async () => {
  const source = await openSafetensors(
    await fileOf(safetensorsBytes(entry("I64", [2], [0, 16]), new Uint8Array(16))),
  );
  expect(await codeOf(source.readRows("a", 0, 2))).toBe("model.unsupported");
  expect(await codeOf(source.readRows("b", 0, 2))).toBe("model.corrupt");
  await source.close();
});

it("refuses a file that became shorter after it was opened", async () => {
  const path = join(root, "shrinks.safetensors");
  await writeSafetensors(path, [{ name: "a", shape: [4], values: Float32Array.of(1, 2, 3, 4) }]);
  const source = await openSafetensors(path);
  await truncate(path, 40);
  expect(await codeOf(source.readRows("a", 0, 4))).toBe("model.corrupt");
  await source.close();
});

it("reads rows from the middle", async () => {
  const path = join(root, "rows.safetensors");
  await writeSafetensors(path, [
    { name: "first", shape: [1], values: Float32Array.of(9) },
    { name: "a", shape: [3, 2], values: Float32Array.of(1, 2, 3, 4, 5, 6) },
  ]);
  const source = await openSafetensors(path);
  expect(source.shapeOf("a")).toEqual([3, 2]);
  expect([...(await source.readRows("a", 1, 2))]).toEqual([3, 4, 5, 6]);
  await source.close();
});

/** IEEE 754 binary16 bit patterns and their values. */
const HALVES: readonly (readonly [number, number])[] = [
  [0x0000, 0],
  [0x8000, -0],
  [0x3c00, 1],
  [0xc000, -2],
  [0x0001, 2 ** -24],
  [0x03ff, 1023 * 2 ** -24],
  [0x0400, 2 ** -14],
  [0x7bff, 65504],
  [0x7c00, Number.POSITIVE_INFINITY],
  [0xfc00, Number.NEGATIVE_INFINITY],
  [0x7e00, Number.NaN],
  [0x3555, 0.333251953125],
];

it("reads every kind of float16", async () => {
  const bits = Uint16Array.from(HALVES, ([half]) => half);
  const data = new Uint8Array(bits.buffer);
  const header = entry("F16", [HALVES.length], [0, data.length]);
  const source = await openSafetensors(await fileOf(safetensorsBytes(header, data)));
  expect([...(await source.readRows("a", 0, HALVES.length))]).toEqual(HALVES.map(([, value]) => value));
  await source.close();
});
