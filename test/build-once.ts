/** Bundles the program once before any test: terminal and crash tests run it, and the model worker comes from it. */
import { build } from "../scripts/build.mjs";

export async function setup(): Promise<void> {
  await build();
}
