/** The content of the side panel. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { Widget, type Title } from "@lumino/widgets";
import { button, element } from "../dom/controls";
import { bytesText } from "../dom/quantities";
import { table } from "../dom/table";
import { environmentParts } from "../environment-view/parts";
import { statisticsParts } from "../statistics-view/parts";
import type { SessionConnection } from "./connection";
import type { ObjectFact, SessionData, VariableFact } from "./schema";
import { TrackerQueues } from "./tracker-queues";

export class SessionContent extends Widget {
  private readonly heading = element("h2", "");
  private readonly body = element("div", "");
  private readonly queues: TrackerQueues;

  /** @param notebook the notebook's title; undefined if none is open */
  constructor(
    private readonly connection: SessionConnection | undefined,
    private readonly notebook: Title<Widget> | undefined,
    private readonly trans: TranslationBundle,
  ) {
    super();
    this.addClass("jp-tvm-Session");
    this.queues = new TrackerQueues(connection, trans);
    this.node.append(this.heading, this.queues.node, this.body);
    // A title also changes with the focus: then only the heading is redrawn, so that a click does not miss
    // its button.
    notebook?.changed.connect(this.drawHeading, this);
    connection?.changed.connect(this.draw, this);
    this.drawHeading();
    this.draw();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.queues.dispose();
    super.dispose();
  }

  private drawHeading(): void {
    this.heading.textContent = this.notebook?.label ?? this.trans.__("No notebook is open");
  }

  private draw(): void {
    const unfolded = this.body.querySelector("details")?.open ?? false;
    this.body.replaceChildren(...parts(this.connection, this.trans));
    const details = this.body.querySelector("details");
    if (details !== null) details.open = unfolded;
  }
}

function parts(connection: SessionConnection | undefined, trans: TranslationBundle): HTMLElement[] {
  const state = connection?.state ?? { kind: "nothing" };
  switch (state.kind) {
    case "nothing":
      return [element("p", "", trans.__("No kernel is running."))];
    case "foreign":
      return [element("p", "", trans.__("The notebook's kernel does not provide TVM and VTA."))];
    case "waiting":
      return [element("p", "", trans.__("Waiting for the kernel…"))];
    case "unreadable":
      return [
        element(
          "p",
          "",
          trans.__(
            "The kernel is of another version than jupyterlab-tvm-vta. Update the older one.",
          ),
        ),
      ];
    case "known":
      return sessionParts(state.session, (name) => connection?.show(name), trans);
  }
}

function sessionParts(
  { environment, lastCall, objects, variables = [] }: SessionData,
  show: (name: string) => void,
  trans: TranslationBundle,
): HTMLElement[] {
  const kinds: readonly (readonly [ObjectFact["kind"], string])[] = [
    ["schedule", trans.__("Schedules")],
    ["function", trans.__("Lowered functions")],
    ["module", trans.__("Modules")],
    ["trace", trans.__("Traces")],
  ];
  return [
    section(
      trans.__("Environment"),
      ...environmentParts(environment, trans, { withScopes: false }),
    ),
    section(trans.__("Last run"), ...callParts(lastCall, trans)),
    ...kinds.flatMap(([kind, heading]) => {
      const own = objects.filter((object) => object.kind === kind);
      return own.length === 0 ? [] : [section(heading, objectList(own, show, trans))];
    }),
    ...(variables.length === 0
      ? []
      : [section(trans.__("Variables"), variableTable(variables, trans))]),
  ];
}

function section(heading: string, ...content: HTMLElement[]): HTMLElement {
  return element("section", "", element("h3", "", heading), ...content);
}

function callParts(lastCall: SessionData["lastCall"], trans: TranslationBundle): HTMLElement[] {
  if (lastCall === undefined) {
    return [element("p", "", trans.__("No program has run on the simulator yet."))];
  }
  return statisticsParts(lastCall, trans);
}

function variableTable(variables: readonly VariableFact[], trans: TranslationBundle): HTMLElement {
  const head = [
    trans.__("Name"),
    trans.__("Type"),
    trans.__("Shape"),
    trans.__("Size"),
    trans.__("Value"),
  ];
  const rows = variables.map(({ name, type, shape = "", bytes, value }) => [
    name,
    type,
    shape,
    bytes === undefined ? "" : bytesText(bytes),
    value,
  ]);
  const node = element("div", "jp-tvm-Session-variables", table(trans.__("Variables"), head, rows));
  // Scrollable parts must be focusable.
  node.tabIndex = 0;
  return node;
}

/** A click shows the object as a cell would. */
function objectList(
  objects: readonly ObjectFact[],
  show: (name: string) => void,
  trans: TranslationBundle,
): HTMLElement {
  const items = objects.map(({ name, kind, text }) => {
    const open = button(name, () => show(name));
    open.title = trans.__("Show %1", name);
    const said =
      kind === "trace" ? trans._n("%1 instruction", "%1 instructions", Number(text)) : text;
    return element("li", "", open, element("span", "", said));
  });
  return element("ul", "jp-tvm-Session-objects", ...items);
}
