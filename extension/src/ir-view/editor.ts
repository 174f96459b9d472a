/**
 * The IR as a read-only editor: only visible lines are drawn, so that long functions open quickly. All
 * occurrences of the fact under the pointer, or else at the cursor, are highlighted.
 */

import { foldEffect } from "@codemirror/language";
import { EditorState, StateEffect, StateField, type Extension } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  hoverTooltip,
  tooltips,
  type DecorationSet,
} from "@codemirror/view";
import type { TranslationBundle } from "@jupyterlab/translation";
import { reader } from "../editor/reader";
import type { ViewContext } from "../mime/view-renderer";
import { describe, type Description } from "./describe";
import type { IrModel } from "./model";

/** Called with the fact at the cursor when it changes. */
export type OnFact = (fact: number | undefined) => void;

export function irEditor(model: IrModel, context: ViewContext, onFact: OnFact): EditorView {
  const { trans } = context;
  const view = new EditorView({
    state: EditorState.create({
      doc: model.text.trimEnd(),
      extensions: [
        reader(trans.__("Lowered function"), context),
        tooltips({ parent: document.body }),
        factTooltip(model, trans),
        highlightUses(model),
        EditorView.updateListener.of((update) => {
          if (update.selectionSet) {
            onFact(model.placeAt(update.state.selection.main.head)?.fact);
          }
        }),
      ],
    }),
  });
  view.dispatch({ effects: model.headers.map((header) => foldEffect.of(header)) });
  return view;
}

function factTooltip(model: IrModel, trans: TranslationBundle): Extension {
  return hoverTooltip((_, position) => {
    const place = model.placeAt(position);
    if (place === undefined) return null;
    return {
      pos: place.from,
      end: place.to,
      above: true,
      create: () => ({ dom: descriptionNode(describe(model, place.fact, trans)) }),
    };
  });
}

function descriptionNode({ title, rows }: Description): HTMLElement {
  const box = document.createElement("div");
  box.className = "jp-tvm-Facts";
  const heading = document.createElement("strong");
  heading.textContent = title;
  const list = document.createElement("dl");
  for (const [label, value] of rows) {
    const term = document.createElement("dt");
    term.textContent = label;
    const definition = document.createElement("dd");
    definition.textContent = value;
    list.append(term, definition);
  }
  box.append(heading, list);
  return box;
}

const setHovered = StateEffect.define<number | undefined>();
const use = Decoration.mark({ class: "jp-tvm-use" });

function highlightUses(model: IrModel): Extension {
  const factAt = (state: EditorState) => model.placeAt(state.selection.main.head)?.fact;
  const decorate = (fact: number | undefined): DecorationSet =>
    fact === undefined
      ? Decoration.none
      : Decoration.set(model.usesOf(fact).map(({ from, to }) => use.range(from, to)));

  const highlight = StateField.define<{ hovered: number | undefined; uses: DecorationSet }>({
    create: () => ({ hovered: undefined, uses: Decoration.none }),
    update(value, transaction) {
      let { hovered } = value;
      for (const effect of transaction.effects) {
        if (effect.is(setHovered)) hovered = effect.value;
      }
      if (hovered === value.hovered && transaction.selection === undefined) return value;
      return { hovered, uses: decorate(hovered ?? factAt(transaction.state)) };
    },
    provide: (field) => EditorView.decorations.from(field, ({ uses }) => uses),
  });

  const hover = (view: EditorView, fact: number | undefined): void => {
    if (view.state.field(highlight).hovered !== fact)
      view.dispatch({ effects: setHovered.of(fact) });
  };
  return [
    highlight,
    EditorView.domEventHandlers({
      mousemove(event, view) {
        const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
        hover(view, position === null ? undefined : model.placeAt(position)?.fact);
      },
      mouseleave: (_, view) => hover(view, undefined),
    }),
  ];
}
