/**
 * A tensor as a heatmap with controls for its axes. An output of a large tensor has means of blocks; when the
 * user zooms in, the panel requests that part from the kernel.
 */

import { Signal, type ISignal } from "@lumino/signaling";
import { Panel, Widget } from "@lumino/widgets";
import type { view } from "tvm-ts";
import type {
  StatefulWidget,
  PictureFormat,
  PictureWidget,
  ViewContext,
} from "../mime/view-renderer";
import { unpackNumbers } from "../packed/numbers";
import { PlotWidget, type Window } from "../plotly/plot-widget";
import { matrixSides, type Arrangement, type Role } from "./arrangement";
import { ArrangementControls } from "./controls";
import { heatmapFigure } from "./figure";
import { LiveTensor } from "./live-tensor";
import { outputMatrix, tileMatrix, type Matrix, type Side } from "./matrix";
import type { HeatmapData } from "./schema";
import { showsAll, sightOf, type Sight } from "./sight";

/** The most rows and columns of a requested part, so that it is drawn quickly. */
const MAX_DETAIL_SIDE = 256;

/** The user's choices. */
interface State {
  readonly roles: readonly Role[];
  readonly unpacked: boolean;
  readonly window: Window | undefined;
}

export class HeatmapPanel extends Panel implements PictureWidget, StatefulWidget {
  private readonly values: ArrayLike<number>;
  private readonly plot: PlotWidget;
  private readonly controls: ArrangementControls;
  private readonly sight_ = new Signal<this, Sight | undefined>(this);
  private arrangement: Arrangement;
  /** The visible window; undefined for everything. */
  private window: Window | undefined;
  private whole: Matrix;
  /** Undefined before the first request; null without a kernel. */
  private live: LiveTensor | null | undefined;

  /** @param label the tensor's label for screen readers */
  constructor(
    private readonly data: HeatmapData,
    label: string,
    private readonly context: ViewContext,
  ) {
    super();
    const { trans } = context;
    this.values = unpackNumbers(data.values);
    this.addClass("jp-tvm-Heatmap");
    this.controls = new ArrangementControls(data, trans, (chosen) => this.arrange(chosen));
    this.arrangement = this.controls.arrangement;
    this.whole = this.wholeMatrix();
    this.plot = new PlotWidget(this.figure(undefined), label, context);
    this.plot.zoomed.connect((_, window) => this.onZoom(window));
    if (data.live === undefined) this.live = null;
    this.addWidget(new Widget({ node: this.controls.node }));
    this.addWidget(this.plot);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.live?.dispose();
    super.dispose();
  }

  /** Statistics of the visible values; undefined if all are visible. */
  get sight(): ISignal<this, Sight | undefined> {
    return this.sight_;
  }

  saveState(): State {
    const { roles, axes } = this.arrangement;
    const unpacked = this.data.layout !== undefined && axes.some(({ parts }) => parts.length > 1);
    return { roles, unpacked, window: this.window };
  }

  restoreState(state: unknown): void {
    const { roles, unpacked, window } = state as State;
    this.controls.restore(roles, unpacked);
    if (window !== undefined) this.plot.zoomTo(window);
  }

  get hasPicture(): boolean {
    return this.plot.hasPicture;
  }

  picture(format: PictureFormat): Promise<Blob> {
    return this.plot.picture(format);
  }

  private arrange(arrangement: Arrangement): void {
    this.arrangement = arrangement;
    this.whole = this.wholeMatrix();
    this.window = undefined;
    this.live?.forget();
    this.plot.setFigure(this.figure(undefined));
    const stands = arrangement.roles.some((role) => typeof role === "number");
    const { down: rows, across: columns } = this.whole;
    const all = { left: 0, right: columns.elements - 1, top: 0, bottom: rows.elements - 1 };
    this.sight_.emit(stands ? sightOf(this.whole, all) : undefined);
    // A slice of a large tensor can be small enough to be shown in full.
    if (stands) this.requestDetail(all);
  }

  private onZoom(window: Window): void {
    const isAll = showsAll(this.whole, window);
    const stands = this.arrangement.roles.some((role) => typeof role === "number");
    this.window = isAll ? undefined : window;
    this.sight_.emit(isAll && !stands ? undefined : sightOf(this.whole, window));
    this.requestDetail(window);
  }

  private wholeMatrix(): Matrix {
    return outputMatrix(this.data, this.values, this.sides);
  }

  private get sides(): view.MatrixSides {
    return matrixSides(this.arrangement, this.data.shape);
  }

  private figure(detail: Matrix | undefined) {
    return heatmapFigure(this.data, this.arrangement, this.whole, detail, this.context.trans);
  }

  /** Requests the visible elements. */
  private requestDetail({ left, right, top, bottom }: Window): void {
    const kernel = this.live === null ? null : this.kernel;
    if (kernel === null) return;
    const across = indexRange(left, right, this.whole.across);
    const down = indexRange(top, bottom, this.whole.down);
    this.live ??= new LiveTensor(
      kernel,
      this.data.live!,
      ({ request, reply, values }) => {
        const detail = tileMatrix(this.data, request, reply, values);
        this.plot.setFigure(this.figure(detail));
        if (this.window !== undefined) this.sight_.emit(sightOf(detail, this.window));
      },
      () => (this.live = null),
    );
    this.live.requestTile({ ...this.sides, down, across, most: MAX_DETAIL_SIDE });
  }

  private get kernel() {
    return this.context.kernelAt(this.node, this.data.live!);
  }
}

/** The elements between two positions on a side; an element's position is its middle. */
function indexRange(from: number, to: number, { elements }: Side): view.IndexRange {
  const start = Math.min(Math.max(Math.round(from), 0), elements - 1);
  return { start, stop: Math.min(Math.max(Math.round(to), start), elements - 1) + 1 };
}
