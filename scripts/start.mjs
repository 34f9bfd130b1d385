/** `npm start`: bundle the sources of this checkout, then run them. */
import { build } from "./build.mjs";

await build();
await import("../dist/main.js");
