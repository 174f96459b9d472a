/** The view that the user used last: what commands without a target are about. */

import { Token } from "@lumino/coreutils";
import type { ViewRenderer } from "./view-renderer";

export class CurrentView {
  private last: ViewRenderer | undefined;

  note(view: ViewRenderer): void {
    this.last = view;
  }

  /** Undefined when no view was used, or the one that was is gone. */
  get view(): ViewRenderer | undefined {
    return this.last?.isAttached === true ? this.last : undefined;
  }
}

export const ICurrentView = new Token<CurrentView>(
  "jupyterlab-tvm-vta:ICurrentView",
  "The view that the user used last.",
);
