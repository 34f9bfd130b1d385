/** How an evaluation is told to stop. */

/** The part of an AbortSignal that evaluations use; the worker has its own kind. */
export interface StopSignal {
  throwIfAborted(): void;
}
