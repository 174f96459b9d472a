/** A Plotly figure in a widget: sized with it, in the page's colours, freed with it. */

import type { Message } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";
import type { ViewContext } from "../mime/view-renderer";
import { loadPlotly, type Plotly } from "./load";

export interface Figure {
  readonly data: readonly object[];
  readonly layout: object;
}

const CONFIG = { displaylogo: false };

export class PlotWidget extends Widget {
  private plotly: Plotly | undefined;
  private readonly endThemes: () => void;

  /** @param label what the plot shows, for those who do not see it */
  constructor(
    private readonly figure: Figure,
    label: string,
    context: ViewContext,
  ) {
    super();
    this.addClass("jp-tvm-Plot");
    this.node.setAttribute("role", "group");
    this.node.setAttribute("aria-label", label);
    this.endThemes = context.onThemeChange(() => this.followTheme());
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
    else void this.plotly.Plots.resize(this.node);
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
    if (this.isDisposed) return;
    const { data, layout } = this.figure;
    await plotly.react(this.node, data, { ...layout, ...themeLayout(this.node) }, CONFIG);
    this.plotly = plotly;
  }

  private followTheme(): void {
    void this.plotly?.relayout(this.node, themeLayout(this.node));
  }
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
