/**
 * Lets objects show themselves in a notebook: a front end calls the method named
 * `Symbol.for("Jupyter.display")` and gets a MIME bundle. The method is added from here, so that no
 * stage of the compiler knows how it is drawn.
 */

import { IRModule, PrimFunc } from "../ir";
import { PassRecorder } from "../pass";
import { NDArray, type np } from "../runtime";
import { irBundle, passBundle, tensorBundle, tensorDiffBundle } from "./bundle";
import type { MimeBundle } from "./mime";
import type { Tolerance } from "./tensor-diff-view";
import type { TensorSource } from "./tensor-view";

const DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** Something made to be looked at: the value of a cell, or what `display` takes. */
export class Picture {
  constructor(private readonly bundle: MimeBundle) {}

  [DISPLAY](): MimeBundle {
    return this.bundle;
  }

  /** What a terminal shows. */
  toString(): string {
    return String(this.bundle["text/plain"]);
  }
}

type AnyArray = NDArray | np.ndarray;

/**
 * The values of an array as a heatmap, headed by `name`.
 *
 *     tvm.view.heatmap(A, "A")
 */
export function heatmap(array: AnyArray, name?: string): Picture {
  return new Picture(tensorBundle({ ...sourceOf(array), name }, String(array)));
}

/**
 * Where and by how much two arrays of one shape differ.
 * @throws UsageError when the shapes differ.
 */
export function difference(
  actual: AnyArray,
  expected: AnyArray,
  tolerance: Tolerance = {},
): Picture {
  return new Picture(tensorDiffBundle(sourceOf(actual), sourceOf(expected), tolerance));
}

function sourceOf(array: AnyArray): TensorSource {
  const { shape, dtype, data } = array instanceof NDArray ? array.numpy() : array;
  return { shape, dtype, data };
}

function show<T extends object>(
  type: { readonly prototype: T },
  bundle: (value: T) => MimeBundle,
): void {
  Object.defineProperty(type.prototype, DISPLAY, {
    value(this: T) {
      return bundle(this);
    },
    configurable: true,
  });
}

/** Called once, by the package's index. */
export function installDisplays(): void {
  show(IRModule, irBundle);
  show(PrimFunc, irBundle);
  show(PassRecorder, (recorder) => passBundle(recorder.records));
  show(NDArray, (array) =>
    array.isFreed ? { "text/plain": String(array) } : tensorBundle(sourceOf(array), String(array)),
  );
}
