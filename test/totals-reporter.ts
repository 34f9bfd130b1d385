/** Ends a run with its totals on a plain line of their own, for people and programs that read only the end of a log. */
import type { Reporter, TestModule } from "vitest/node";

export class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const brokenFiles = modules.filter((module) => module.errors().length > 0).length;
    const failed = count("failed") + brokenFiles + errors.length;
    console.log(`${count("passed")} passed, ${failed} failed, ${count("skipped")} skipped`);
  }
}
