import { defineConfig } from "vitest/config";
import { TotalsReporter } from "./test/totals-reporter.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/build-once.ts"],
    reporters: ["default", new TotalsReporter()],
    pool: "forks", // onnxruntime's typed arrays fail in vmForks
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
