/** Controls for the axes that run down and across, and the indices of the others. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { checkbox, choice, element, slider, toolbar } from "../dom/controls";
import { wholeArrangement, withRole, type Arrangement, type Role } from "./arrangement";
import { axesTitle } from "./figure";
import type { HeatmapData } from "./schema";

type RoleName = "down" | "across" | "index";

export class ArrangementControls {
  /** Empty if there is no choice. */
  readonly node = element("div", "jp-tvm-Arrangement");
  private current: Arrangement;

  /** @param onChange called with the chosen arrangement */
  constructor(
    private readonly data: HeatmapData,
    private readonly trans: TranslationBundle,
    private readonly onChange: (arrangement: Arrangement) => void,
  ) {
    this.current = wholeArrangement(data, false);
    this.node.classList.toggle("jp-tvm-mod-packed", data.layout !== undefined);
    this.fill(false);
  }

  get arrangement(): Arrangement {
    return this.current;
  }

  /** Restores an arrangement, if the tensor has the same number of axes. */
  restore(roles: readonly Role[], unpacked: boolean): void {
    const { axes } = wholeArrangement(this.data, unpacked);
    const fits =
      axes.length === roles.length &&
      roles.every((role, i) => typeof role === "string" || role < axes[i]!.extent);
    if (!fits) return;
    this.change({ axes, roles });
    this.fill(unpacked);
  }

  private change(arrangement: Arrangement): void {
    this.current = arrangement;
    this.onChange(arrangement);
  }

  private fill(unpacked: boolean): void {
    const { data, trans } = this;
    const { axes } = this.current;
    const controls = axes.flatMap(({ extent }, i) => (extent > 1 ? [this.axisControls(i)] : []));
    if (data.layout === undefined && controls.length < 2) return;
    const unpack = checkbox(trans.__("Unpacked"), unpacked, (checked) => {
      this.change(wholeArrangement(data, checked));
      this.fill(checked);
      this.node.querySelector("input")?.focus();
    });
    this.node.replaceChildren(
      toolbar(trans.__("Axes"), ...(data.layout === undefined ? [] : [unpack.node]), ...controls),
    );
  }

  /** The role of an axis, with a slider if it is fixed at an index. */
  private axisControls(axis: number): HTMLElement {
    const { trans } = this;
    const { name, extent } = this.current.axes[axis]!;
    const label = this.data.layout === undefined ? axesTitle([name], trans) : name;
    const role = this.current.roles[axis]!;
    const standsAt = typeof role === "number" ? role : 0;
    const index = slider(trans.__("index of %1", label), extent - 1, standsAt, (value) =>
      this.change(withRole(this.current, axis, value)),
    );
    const roles: readonly (readonly [RoleName, string])[] = [
      ["down", trans.__("down")],
      ["across", trans.__("across")],
      ["index", trans.__("at one index")],
    ];
    const what = choice<RoleName>(
      label,
      roles,
      typeof role === "number" ? "index" : role,
      (chosen) => {
        index.node.hidden = chosen !== "index";
        const next: Role = chosen === "index" ? index.value : chosen;
        this.change(withRole(this.current, axis, next));
      },
    );
    index.node.hidden = typeof role !== "number";
    return element("span", "jp-tvm-AxisControls", what.node, index.node);
  }
}
