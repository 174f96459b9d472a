/** A Plotly figure in a widget: resized and disposed with it, in the page's colours. */

import type { Message } from "@lumino/messaging";
import { Signal, type ISignal } from "@lumino/signaling";
import { Widget } from "@lumino/widgets";
import type { PictureFormat, PictureWidget, ViewContext } from "../mime/view-renderer";
import { loadPlotly, type Plotly, type PlotlyElement } from "./load";

export interface Figure {
  readonly data: readonly object[];
  readonly layout: Layout;
  /** The greatest width in pixels; that of other plots if left out. */
  readonly maxWidth?: number;
}

interface Layout {
  readonly height?: unknown;
  readonly template?: Template;
  readonly [option: string]: unknown;
}

/** The parts of a template's layout that the theme completes. */
interface Template {
  readonly layout?: { readonly xaxis?: object; readonly yaxis?: object };
}

/** The visible part of the axes. */
export interface Window {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A point of a figure. */
export interface PlotPoint {
  /** The figure's data of the point. */
  readonly customdata?: unknown;
}

const CONFIG = {
  displaylogo: false,
  displayModeBar: "hover",
  doubleClick: "reset",
  modeBarButtonsToRemove: ["autoScale2d"],
};

/** The scale of saved pictures. */
const PICTURE_SCALE = 2;

export class PlotWidget extends Widget implements PictureWidget {
  private plotly: Plotly | undefined;
  private readonly endThemes: () => void;
  private readonly zoomed_ = new Signal<this, Window>(this);
  private readonly clicked_ = new Signal<this, PlotPoint>(this);
  /**
   * The window that the widget itself zoomed to; undefined if only the user zoomed. Plotly keeps only the
   * user's zoom when the figure changes.
   */
  private zoomWindow: Window | undefined;
  private window = "";
  private isDrawn = false;
  private onceDrawn: (() => void) | undefined;

  /** @param label the plot's label for screen readers */
  constructor(
    private figure: Figure,
    label: string,
    private readonly context: ViewContext,
  ) {
    super();
    this.addClass("jp-tvm-Plot");
    this.node.setAttribute("role", "group");
    this.node.setAttribute("aria-label", label);
    this.takeSize();
    this.endThemes = context.onThemeChange(() => this.followTheme());
  }

  /** Emitted when the user has zoomed or moved. */
  get zoomed(): ISignal<this, Window> {
    return this.zoomed_;
  }

  /** Emitted when the user clicks a point. */
  get clicked(): ISignal<this, PlotPoint> {
    return this.clicked_;
  }

  /** Zooms to a window. */
  zoomTo(window: Window): void {
    const { left, right, top, bottom } = window;
    const update = { "xaxis.range": [left, right], "yaxis.range": [bottom, top] };
    const zoom = () => {
      this.zoomWindow = window;
      void this.plotly?.relayout(this.node, update);
    };
    if (this.isDrawn) zoom();
    else this.onceDrawn = zoom;
  }

  setFigure(figure: Figure): void {
    if (figure.layout["uirevision"] !== this.figure.layout["uirevision"])
      this.zoomWindow = undefined;
    this.figure = figure;
    this.takeSize();
    if (this.plotly !== undefined) void this.react(this.plotly);
  }

  get hasPicture(): boolean {
    return this.isDrawn;
  }

  async picture(format: PictureFormat): Promise<Blob> {
    const plotly = await loadPlotly();
    const { clientWidth: width, clientHeight: height } = this.node;
    const uri = await plotly.toImage(this.node, { format, width, height, scale: PICTURE_SCALE });
    return (await fetch(uri)).blob();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.endThemes();
    this.plotly?.purge(this.node);
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.plotly === undefined) this.draw().catch((error: unknown) => this.fail(error));
    else this.resize();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.resize();
  }

  protected override onResize(message: Widget.ResizeMessage): void {
    super.onResize(message);
    this.resize();
  }

  /** Reserves the figure's size, also before it is drawn. */
  private takeSize(): void {
    const { maxWidth, layout } = this.figure;
    const { style } = this.node;
    style.maxWidth = maxWidth === undefined ? "" : `${maxWidth}px`;
    style.minHeight = typeof layout.height === "number" ? `${layout.height}px` : "";
  }

  private resize(): void {
    if (this.isVisible) void this.plotly?.Plots.resize(this.node);
  }

  private async draw(): Promise<void> {
    const plotly = await loadPlotly();
    if (this.isDisposed || this.plotly !== undefined) return;
    // Set before drawing, so that changes and disposal meanwhile reach it.
    this.plotly = plotly;
    const node = await this.react(plotly);
    if (this.isDisposed) return;
    this.window = JSON.stringify(windowOf(node));
    this.isDrawn = true;
    node.on("plotly_relayout", () => {
      const window = windowOf(node);
      const text = JSON.stringify(window);
      if (window === undefined || text === this.window) return;
      this.window = text;
      if (this.zoomWindow !== undefined) this.zoomWindow = window;
      this.zoomed_.emit(window);
    });
    node.on("plotly_click", ({ points }: { readonly points: readonly PlotPoint[] }) => {
      if (points[0] !== undefined) this.clicked_.emit(points[0]);
    });
    this.onceDrawn?.();
  }

  private react(plotly: Plotly): Promise<PlotlyElement> {
    const { data, layout } = this.figure;
    const zoomWindow = this.zoomWindow === undefined ? {} : zoomedAxes(layout, this.zoomWindow);
    const own = { ...layout, ...zoomWindow, ...themeLayout(this.node, layout) };
    return plotly.react(this.node, data, own, CONFIG);
  }

  private followTheme(): void {
    void this.plotly?.relayout(this.node, themeLayout(this.node, this.figure.layout));
  }

  /** Shows why there is no plot. */
  private fail(error: unknown): void {
    if (this.isDisposed) return;
    const reason = error instanceof Error ? error.message : String(error);
    const message = document.createElement("p");
    message.className = "jp-tvm-Message";
    message.textContent = this.context.trans.__(
      "The plot could not be drawn (%1). Reload the page, or run the cell again.",
      reason,
    );
    this.node.replaceChildren(message);
  }
}

/** The axes zoomed to a window. */
function zoomedAxes(layout: Layout, { left, right, top, bottom }: Window): object {
  return {
    xaxis: { ...(layout["xaxis"] as object), range: [left, right] },
    yaxis: { ...(layout["yaxis"] as object), range: [bottom, top] },
  };
}

function windowOf({ layout }: PlotlyElement): Window | undefined {
  const [x, y] = [layout.xaxis?.range, layout.yaxis?.range];
  if (x === undefined || y === undefined) return undefined;
  const [left, right] = x;
  const [bottom, top] = y;
  return { left, right, top, bottom };
}

/** The page's colours as Plotly's layout options; axes take them through the template. */
function themeLayout(node: HTMLElement, { template }: Figure["layout"]): object {
  const style = getComputedStyle(node);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const lines = color("--jp-border-color1");
  const axis = { gridcolor: color("--jp-border-color2"), zerolinecolor: lines, linecolor: lines };
  const own = template?.layout ?? {};
  return {
    paper_bgcolor: "rgba(0, 0, 0, 0)",
    plot_bgcolor: "rgba(0, 0, 0, 0)",
    font: { color: color("--jp-content-font-color1"), family: color("--jp-ui-font-family") },
    modebar: {
      bgcolor: "rgba(0, 0, 0, 0)",
      color: color("--jp-content-font-color2"),
      activecolor: color("--jp-content-font-color1"),
    },
    template: {
      ...template,
      layout: {
        ...own,
        xaxis: { ...own.xaxis, ...axis },
        yaxis: { ...own.yaxis, ...axis },
      },
    },
  };
}
