/** The notebook's button for the last lowered function, visible only in our notebooks. */

import { CommandToolbarButton } from "@jupyterlab/ui-components";
import type { CommandRegistry } from "@lumino/commands";
import type { Widget } from "@lumino/widgets";
import type { OurNotebooks } from "../documents/our-notebooks";
import { commandIds } from "./ids";

export function lastFunctionButton(
  notebook: Widget,
  commands: CommandRegistry,
  ours: OurNotebooks,
): Widget {
  const button = new CommandToolbarButton({ commands, id: commandIds.showLast, label: "" });
  const follow = (): void => button.setHidden(!ours.has(notebook));
  ours.watch(notebook);
  ours.changed.connect(follow);
  button.disposed.connect(() => ours.changed.disconnect(follow));
  follow();
  return button;
}
