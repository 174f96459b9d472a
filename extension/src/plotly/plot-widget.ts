/** A Plotly figure in a widget: sized with it, in the page's colours, freed with it. */

import type { Message } from "@lumino/messaging";
import { Signal, type ISignal } from "@lumino/signaling";
import { Widget } from "@lumino/widgets";
import type { PictureFormat, PictureWidget, ViewContext } from "../mime/view-renderer";
import { loadPlotly, type Plotly, type PlotlyElement } from "./load";

export interface Figure {
  readonly data: readonly object[];
  readonly layout: object;
}

/** The part of the axes that is in sight. */
export interface Window {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const CONFIG = {
  displaylogo: false,
  doubleClick: "reset",
  modeBarButtonsToRemove: ["autoScale2d"],
};

/** Pixels of a picture for each pixel on the screen. */
const PICTURE_SCALE = 2;

export class PlotWidget extends Widget implements PictureWidget {
  private plotly: Plotly | undefined;
  private readonly endThemes: () => void;
  private readonly zoomed_ = new Signal<this, Window>(this);
  private window = "";

  /** @param label what the plot shows, for those who do not see it */
  constructor(
    private figure: Figure,
    label: string,
    context: ViewContext,
  ) {
    super();
    this.addClass("jp-tvm-Plot");
    this.node.setAttribute("role", "group");
    this.node.setAttribute("aria-label", label);
    this.endThemes = context.onThemeChange(() => this.followTheme());
  }

  /** Another part is in sight, because the user wanted so. */
  get zoomed(): ISignal<this, Window> {
    return this.zoomed_;
  }

  setFigure(figure: Figure): void {
    this.figure = figure;
    if (this.plotly !== undefined) void this.react(this.plotly);
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
    if (this.plotly === undefined) void this.draw();
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

  private resize(): void {
    if (this.isVisible) void this.plotly?.Plots.resize(this.node);
  }

  private async draw(): Promise<void> {
    const plotly = await loadPlotly();
    if (this.isDisposed || this.plotly !== undefined) return;
    // Known before it has drawn: what is changed or closed meanwhile must reach it.
    this.plotly = plotly;
    const node = await this.react(plotly);
    if (this.isDisposed) return;
    this.window = JSON.stringify(windowOf(node));
    node.on("plotly_relayout", () => {
      const window = windowOf(node);
      const text = JSON.stringify(window);
      if (window === undefined || text === this.window) return;
      this.window = text;
      this.zoomed_.emit(window);
    });
  }

  private react(plotly: Plotly): Promise<PlotlyElement> {
    const { data, layout } = this.figure;
    return plotly.react(this.node, data, { ...layout, ...themeLayout(this.node) }, CONFIG);
  }

  private followTheme(): void {
    void this.plotly?.relayout(this.node, themeLayout(this.node));
  }
}

function windowOf({ layout }: PlotlyElement): Window | undefined {
  const [x, y] = [layout.xaxis?.range, layout.yaxis?.range];
  if (x === undefined || y === undefined) return undefined;
  const [left, right] = x;
  const [bottom, top] = y;
  return { left, right, top, bottom };
}

/** The page's colours as Plotly's layout options. */
function themeLayout(node: HTMLElement): object {
  const style = getComputedStyle(node);
  const color = (name: string) => style.getPropertyValue(name).trim();
  return {
    paper_bgcolor: "rgba(0, 0, 0, 0)",
    plot_bgcolor: "rgba(0, 0, 0, 0)",
    font: { color: color("--jp-content-font-color1"), family: color("--jp-ui-font-family") },
  };
}
