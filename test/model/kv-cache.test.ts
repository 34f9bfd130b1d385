/** The cache's memory layout against a plain list of rows. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { KvCache } from "../../src/model/kv-cache.ts";

const SHAPE = { layers: 2, heads: 3, headSize: 2, rows: 500 };

/** Rows [2H, count, D] in which every number tells its layer, head, row and place. */
function rowsOf(layer: number, first: number, count: number): Float32Array {
  const rows: number[] = [];
  for (let head = 0; head < 2 * SHAPE.heads; head++)
    for (let row = first; row < first + count; row++)
      for (let d = 0; d < SHAPE.headSize; d++) rows.push(valueAt(layer, head, row, d));
  return Float32Array.from(rows);
}

function valueAt(layer: number, head: number, row: number, d: number): number {
  return ((layer * 6 + head) * 1000 + row) * 2 + d + 1;
}

it("holds every head's rows in order after any appends and cuts", () => {
  const step = fc.oneof(
    fc.record({ append: fc.integer({ min: 1, max: 200 }) }),
    fc.record({ truncate: fc.integer({ min: 0, max: 500 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const cache = new KvCache(SHAPE);
      for (const change of steps) {
        const start = cache.length;
        if ("truncate" in change) cache.truncate(change.truncate);
        else if (start + change.append <= SHAPE.rows)
          cache.append(change.append, (layer) => rowsOf(layer, start, change.append));
        checkRows(cache);
      }
    }),
  );
});

it("says so when there is no memory for it", () => {
  const shape = { layers: 1, heads: 1024, headSize: 1024, rows: 1_000_000 };
  expect(() => new KvCache(shape)).toThrow(expect.objectContaining({ code: "model.failed" }));
});

function checkRows(cache: KvCache): void {
  expect(cache.capacity).toBe(Math.ceil(cache.length / 128) * 128);
  for (let layer = 0; layer < SHAPE.layers; layer++) {
    const { key, value } = cache.layer(layer);
    expect(key.length).toBe(SHAPE.heads * cache.capacity * SHAPE.headSize);
    expect([...key, ...value].every(Number.isFinite)).toBe(true);
    const seen: number[] = [];
    const expected: number[] = [];
    for (let head = 0; head < SHAPE.heads; head++) {
      for (let row = 0; row < cache.length; row++) {
        const place = (head * cache.capacity + row) * SHAPE.headSize;
        seen.push(key[place]!, value[place + 1]!);
        expected.push(valueAt(layer, head, row, 0), valueAt(layer, head + SHAPE.heads, row, 1));
      }
    }
    expect(seen).toEqual(expected);
  }
}
