/** Indents the continuation of wrapped lines below their first word. */

import { RangeSetBuilder } from "@codemirror/state";
import {
  Decoration,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type ViewUpdate,
} from "@codemirror/view";

/** The additional indentation in characters. */
const STEP = 4;
/** The largest indentation, so that wrapped lines have room. */
const MAX_INDENT = 40;

export const hangingIndent = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = indents(view);
    }

    update(update: ViewUpdate): void {
      if (update.docChanged || update.viewportChanged) this.decorations = indents(update.view);
    }
  },
  { decorations: ({ decorations }) => decorations },
);

function indents(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to;) {
      const line = view.state.doc.lineAt(at);
      const own = Math.min(line.text.length - line.text.trimStart().length, MAX_INDENT);
      const style = `text-indent: -${own + STEP}ch; padding-left: calc(${own + STEP}ch + 6px)`;
      builder.add(line.from, line.from, Decoration.line({ attributes: { style } }));
      at = line.to + 1;
    }
  }
  return builder.finish();
}
