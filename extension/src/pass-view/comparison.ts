/** Two texts beside or inside each other, or only the second; rebuilt when one of them changes. */

import {
  goToNextChunk,
  goToPreviousChunk,
  MergeView,
  unifiedMergeView,
  type MergeConfig,
} from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { reader } from "../editor/reader";
import type { ViewContext } from "../mime/view-renderer";
import type { PassLayout } from "../options/options";
import { diffIgnoringIndent } from "./line-diff";

/** The time limit of the comparison, so that the keyboard stays responsive. */
const DIFF = { scanLimit: 1000, timeout: 200 };

const CONFIG: MergeConfig = {
  gutter: true,
  highlightChanges: true,
  diffConfig: { override: (a, b) => diffIgnoringIndent(a, b, DIFF) },
};

/** Where nothing changed, all there is to see is the text. */
function configFor(before: string, after: string): MergeConfig {
  const isChanged = diffIgnoringIndent(before, after, DIFF).length > 0;
  return isChanged ? { ...CONFIG, collapseUnchanged: { margin: 3, minSize: 6 } } : CONFIG;
}

const byChange = keymap.of([
  { key: "Alt-ArrowDown", run: goToNextChunk, preventDefault: true },
  { key: "Alt-ArrowUp", run: goToPreviousChunk, preventDefault: true },
]);

export class Comparison {
  readonly node = document.createElement("div");
  private shown: MergeView | EditorView | undefined;

  constructor(private readonly context: ViewContext) {
    this.node.className = "jp-tvm-Comparison";
  }

  show(before: string, after: string, layout: PassLayout): void {
    this.destroy();
    const { trans } = this.context;
    const [a, b] = [before.trimEnd(), after.trimEnd()];
    const extensions = (label: string, ...more: Extension[]) => [
      reader(label, this.context),
      byChange,
      more,
    ];
    if (layout === "side-by-side") {
      this.shown = new MergeView({
        a: { doc: a, extensions: extensions(trans.__("Before")) },
        b: { doc: b, extensions: extensions(trans.__("After")) },
        ...configFor(a, b),
      });
    } else {
      const changes =
        layout === "after"
          ? []
          : unifiedMergeView({ ...configFor(a, b), original: a, mergeControls: false });
      const label = layout === "after" ? trans.__("After") : trans.__("Changes");
      this.shown = new EditorView({
        state: EditorState.create({ doc: b, extensions: extensions(label, changes) }),
      });
    }
    this.node.replaceChildren(this.shown.dom);
  }

  nextChange(): void {
    goToNextChunk(this.editor);
    this.editor.focus();
  }

  previousChange(): void {
    goToPreviousChunk(this.editor);
    this.editor.focus();
  }

  get scrollTop(): number {
    return this.scroller.scrollTop;
  }

  set scrollTop(top: number) {
    this.scroller.scrollTop = top;
  }

  /** After the widget was shown or sized. */
  measure(): void {
    this.editor.requestMeasure();
  }

  destroy(): void {
    this.shown?.destroy();
    this.shown = undefined;
  }

  /** Two editors scroll together; a single one scrolls itself. */
  private get scroller(): HTMLElement {
    return this.shown instanceof MergeView ? this.node : this.editor.scrollDOM;
  }

  private get editor(): EditorView {
    return this.shown instanceof MergeView ? this.shown.b : this.shown!;
  }
}
