/** The open notebooks that are ours: those with our kernel, or with outputs of it. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { Widget } from "@lumino/widgets";
import { Debouncer } from "@lumino/polling";
import { Signal, type ISignal } from "@lumino/signaling";
import { isDocument, isOurs, type DocumentView } from "./documents";

/** Milliseconds between checks: running cells change a notebook many times a second. */
const UPDATE_DELAY_MS = 500;

export class OurNotebooks {
  private readonly ours = new Map<DocumentView, boolean>();
  private readonly changed_ = new Signal<this, void>(this);

  constructor(shell: JupyterFrontEnd.IShell) {
    shell.currentChanged?.connect((_, { newValue }) => this.watch(newValue));
    this.watch(shell.currentWidget);
  }

  /** Emitted when the set of our notebooks has changed. */
  get changed(): ISignal<this, void> {
    return this.changed_;
  }

  get any(): boolean {
    return [...this.ours.values()].includes(true);
  }

  has(widget: Widget): boolean {
    return isDocument(widget) && this.ours.get(widget) === true;
  }

  /** Tracks a document, which is known to be a notebook only after it is loaded. */
  watch(widget: Widget | null): void {
    if (!isDocument(widget) || this.ours.has(widget)) return;
    const { context } = widget;
    const update = (): void => {
      if (widget.isDisposed || this.ours.get(widget) === isOurs(widget)) return;
      this.ours.set(widget, isOurs(widget));
      this.changed_.emit();
    };
    const soon = new Debouncer(update, UPDATE_DELAY_MS);
    this.ours.set(widget, false);
    context.sessionContext.kernelChanged.connect(update);
    context.model.contentChanged.connect(() => void soon.invoke());
    widget.disposed.connect(() => {
      soon.dispose();
      this.ours.delete(widget);
      this.changed_.emit();
    });
    void context.ready.then(update);
  }
}
