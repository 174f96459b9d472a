/**
 * A tensor as a heatmap with controls for its axes. Of a large one an output carries means of
 * blocks; when part of it is looked at more closely, the kernel is asked for that part.
 */

import { Panel, Widget } from "@lumino/widgets";
import type { view } from "tvm-ts";
import type { PictureFormat, PictureWidget, ViewContext } from "../mime/view-renderer";
import { unpackNumbers } from "../packed/numbers";
import { PlotWidget, type Window } from "../plotly/plot-widget";
import { matrixSides, type Arrangement } from "./arrangement";
import { ArrangementControls } from "./controls";
import { heatmapFigure } from "./figure";
import { LiveTensor } from "./live-tensor";
import { outputMatrix, tileMatrix, type Matrix, type Side } from "./matrix";
import type { HeatmapData } from "./schema";

/** Rows and columns of a closer look: some pixels for each, and drawn in an instant. */
const MOST = 256;

export class HeatmapPanel extends Panel implements PictureWidget {
  private readonly values: ArrayLike<number>;
  private readonly plot: PlotWidget;
  private arrangement: Arrangement;
  private whole: Matrix;
  /** Undefined until something is asked; null when there is nobody to ask. */
  private live: LiveTensor | null | undefined;

  /** @param label what the tensor is, for those who do not see it */
  constructor(
    private readonly data: HeatmapData,
    label: string,
    private readonly context: ViewContext,
  ) {
    super();
    const { trans } = context;
    this.values = unpackNumbers(data.values);
    const controls = new ArrangementControls(data, trans, (chosen) => this.arrange(chosen));
    this.arrangement = controls.arrangement;
    this.whole = this.wholeMatrix();
    this.plot = new PlotWidget(this.figure(undefined), label, context);
    this.plot.zoomed.connect((_, window) => this.look(window));
    if (data.live === undefined) this.live = null;
    this.addWidget(new Widget({ node: controls.node }));
    this.addWidget(this.plot);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.live?.dispose();
    super.dispose();
  }

  picture(format: PictureFormat): Promise<Blob> {
    return this.plot.picture(format);
  }

  private arrange(arrangement: Arrangement): void {
    this.arrangement = arrangement;
    this.whole = this.wholeMatrix();
    this.live?.forget();
    this.plot.setFigure(this.figure(undefined));
    // One slice of a large tensor may be small enough to be shown in full.
    if (arrangement.roles.some((role) => typeof role === "number")) {
      const { down, across } = this.whole;
      const [right, bottom] = [across.elements, down.elements];
      this.look({ left: 0, right: right - 1, top: 0, bottom: bottom - 1 });
    }
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

  /** Asks for the elements in sight. */
  private look({ left, right, top, bottom }: Window): void {
    const kernel = this.live === null ? null : this.kernel;
    if (kernel === null) return;
    const across = stretch(left, right, this.whole.across);
    const down = stretch(top, bottom, this.whole.down);
    this.live ??= new LiveTensor(
      kernel,
      this.data.live!,
      ({ request, reply, values }) =>
        this.plot.setFigure(this.figure(tileMatrix(this.data, request, reply, values))),
      () => (this.live = null),
    );
    this.live.ask({ ...this.sides, down, across, most: MOST });
  }

  private get kernel() {
    return this.context.kernelAt(this.node);
  }
}

/** The elements between two places on a side; an element's place is its middle. */
function stretch(from: number, to: number, { elements }: Side): view.Stretch {
  const start = Math.min(Math.max(Math.round(from), 0), elements - 1);
  return { start, stop: Math.min(Math.max(Math.round(to), start), elements - 1) + 1 };
}
