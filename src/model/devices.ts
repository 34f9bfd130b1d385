/** What can compute a model, by the names players use. Which of them work here is found out by device-choice.ts. */

/** `auto` takes the first that works, `cpu` if none does. */
export const DEVICE_CHOICES = ["cpu", "cuda", "dml", "coreml", "webgpu", "auto"] as const;
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];
export type Device = Exclude<DeviceChoice, "auto">;

/** What onnxruntime calls each, in the order `auto` tries them. */
export const ACCELERATORS: readonly Device[] = ["cuda", "dml", "coreml", "webgpu"];
