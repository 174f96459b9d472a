/**
 * Lets objects show themselves in a notebook: a front end calls the method named
 * `Symbol.for("Jupyter.display")` and gets a MIME bundle. The method is added from here, so that no
 * stage of the compiler knows how it is drawn.
 */

import { IRModule, PrimFunc } from "../ir";
import { PassRecorder } from "../pass";
import { irBundle, passBundle } from "./bundle";
import type { MimeBundle } from "./mime";

const DISPLAY = Symbol.for("Jupyter.display");

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
}
