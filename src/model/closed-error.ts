/** The error of a model that is used after its end. Apart, so that the program's thread need not load onnxruntime for it. */
import { AppError } from "../shared/errors.ts";

/** `model.closed`: what every call to a model or sequence throws after its `dispose`. */
export function closed(): AppError {
  return new AppError("model.closed", "The model has been closed.");
}
