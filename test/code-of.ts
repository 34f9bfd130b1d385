/** The code of the `AppError` that something throws; fails the test when it throws nothing or something else. */
import { AppError } from "../src/shared/errors.ts";

export function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  throw new Error("nothing was thrown");
}
