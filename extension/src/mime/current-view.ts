/** The view that the user used last, which is the default target of commands. */

import { Token } from "@lumino/coreutils";
import type { ViewRenderer } from "./view-renderer";

export class CurrentView {
  private last: ViewRenderer | undefined;

  note(view: ViewRenderer): void {
    this.last = view;
  }

  /** Undefined if no view was used, or the last one was disposed. */
  get view(): ViewRenderer | undefined {
    return this.last?.isAttached === true ? this.last : undefined;
  }
}

export const ICurrentView = new Token<CurrentView>(
  "jupyterlab-tvm-vta:ICurrentView",
  "The view that the user used last.",
);
