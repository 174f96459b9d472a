/** A read-only editor for IR, with highlighting, folding, search and keyboard access. */

import { standardKeymap } from "@codemirror/commands";
import { codeFolding, foldGutter, foldKeymap } from "@codemirror/language";
import { search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers, ViewPlugin } from "@codemirror/view";
import { jupyterTheme } from "@jupyterlab/codemirror";
import type { TranslationBundle } from "@jupyterlab/translation";
import type { ViewContext } from "../mime/view-renderer";
import type { Options } from "../options/options";
import { hangingIndent } from "./hanging-indent";
import { tir } from "../tir/language";

/** @param label the text's label for screen readers */
export function reader(label: string, { trans, options }: ViewContext): Extension {
  return [
    EditorState.readOnly.of(true),
    EditorView.contentAttributes.of({
      "aria-label": label,
      "aria-readonly": "true",
      tabindex: "0",
      // Keeps JupyterLab's one-letter shortcuts from acting in the text.
      "data-lm-suppress-shortcuts": "true",
    }),
    EditorState.phrases.of(phrases(trans)),
    jupyterTheme,
    tir(),
    lineNumbers(),
    codeFolding(),
    foldGutter(),
    search({ top: true }),
    keymap.of([...searchKeymap, ...foldKeymap, ...standardKeymap]),
    wrapping(options),
  ];
}

/** The editor's texts. */
function phrases(trans: TranslationBundle): Record<string, string> {
  return {
    Find: trans.__("Find"),
    next: trans.__("next"),
    previous: trans.__("previous"),
    all: trans.__("all"),
    "match case": trans.__("match case"),
    "by word": trans.__("by word"),
    regexp: trans.__("regexp"),
    close: trans.__("close"),
    "Fold line": trans.__("Fold line"),
    "Unfold line": trans.__("Unfold line"),
    unfold: trans.__("unfold"),
    "folded code": trans.__("folded code"),
    "$ unchanged lines": trans.__("$ unchanged lines"),
  };
}

/** Wraps long lines according to the option. */
function wrapping(options: Options): Extension {
  const compartment = new Compartment();
  const wanted = (): Extension =>
    options.get("wrapLines") ? [EditorView.lineWrapping, hangingIndent] : [];
  return [
    compartment.of(wanted()),
    ViewPlugin.define((view) => {
      const follow = (): void => view.dispatch({ effects: compartment.reconfigure(wanted()) });
      options.changed.connect(follow);
      return { destroy: () => options.changed.disconnect(follow) };
    }),
  ];
}
