/**
 * Messages between the program and the thread that computes. Logits and stop flags travel through shared memory, so a token
 * costs two small messages and no copies of V floats.
 */
import { AppError, messageOf } from "../shared/errors.ts";
import type { AnyFolder } from "./any-model.ts";
import type { RuntimeOptions } from "./onnx-runtime.ts";
import type { BranchPoint, Score, TokenId } from "./types.ts";

/** Places in the model's shared Int32Array. BUSY is 1 while native code runs, CLOSING is 1 once none may start. */
export const BUSY = 0;
export const CLOSING = 1;
export const CONTROL_LENGTH = 2;

/** Place in a sequence's shared Int32Array: 1 asks its evaluation to stop after the slice. */
export const STOP = 0;

export type WorkerRequest =
  | { readonly type: "open"; readonly folder: AnyFolder; readonly options: RuntimeOptions }
  | {
      readonly type: "createSequence";
      readonly sequence: number;
      readonly logits: SharedArrayBuffer;
      readonly stop: SharedArrayBuffer;
    }
  | { readonly type: "evaluate"; readonly sequence: number; readonly tokens: readonly TokenId[] }
  | { readonly type: "score"; readonly sequence: number; readonly tokens: readonly TokenId[] }
  | {
      readonly type: "branch";
      readonly sequence: number;
      readonly from: readonly number[];
      readonly logits: SharedArrayBuffer;
    }
  | {
      readonly type: "stepBranches";
      readonly sequence: number;
      readonly tokens: readonly (TokenId | null)[];
    }
  | {
      readonly type: "feedBranch";
      readonly sequence: number;
      readonly index: number;
      readonly tokens: readonly TokenId[];
    }
  | {
      readonly type: "forkBranches";
      readonly sequence: number;
      readonly points: readonly BranchPoint[];
      readonly logits: SharedArrayBuffer;
    }
  | { readonly type: "keepBranch"; readonly sequence: number; readonly index: number }
  | { readonly type: "disposeBranches"; readonly sequence: number }
  | { readonly type: "disposeSequence"; readonly sequence: number }
  | { readonly type: "close" };

/** What each request answers when it succeeds. */
export interface WorkerAnswers {
  open: undefined;
  createSequence: undefined;
  /** How many of the tokens are evaluated: fewer than asked when stopped. */
  evaluate: { readonly evaluated: number };
  /** Undefined when stopped. */
  score: Score | undefined;
  branch: undefined;
  stepBranches: undefined;
  feedBranch: undefined;
  forkBranches: undefined;
  keepBranch: undefined;
  disposeBranches: undefined;
  disposeSequence: undefined;
  close: undefined;
}

export type WorkerReply = { readonly id: number } & (
  | { readonly answer: WorkerAnswers[keyof WorkerAnswers] }
  | { readonly failure: Failure }
);

/** An error as plain data; `code` is undefined for errors that are bugs. */
export interface Failure {
  readonly code: string | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  readonly stack: string | undefined;
}

export function toFailure(error: unknown): Failure {
  const isAppError = error instanceof AppError;
  return {
    code: isAppError ? error.code : undefined,
    message: messageOf(error),
    hint: isAppError ? error.hint : undefined,
    stack: error instanceof Error ? error.stack : undefined,
  };
}

/** The error as it was thrown in the other thread, its stack included. */
export function fromFailure({ code, message, hint, stack }: Failure): Error {
  const error =
    code === undefined ? new Error(message) : new AppError(code, message, hint === undefined ? {} : { hint });
  if (stack !== undefined) error.stack = stack;
  return error;
}
