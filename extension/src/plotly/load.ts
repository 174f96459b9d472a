/** Loads Plotly's bundle for cartesian plots when the first plot is drawn. */

interface Axis {
  /** The visible range. */
  readonly range?: readonly [number, number];
}

export interface PlotlyElement extends HTMLElement {
  readonly layout: { readonly xaxis?: Axis; readonly yaxis?: Axis };
  on(event: string, handler: (event: never) => void): void;
}

/** The functions of Plotly that we call. */
export interface Plotly {
  react(
    node: HTMLElement,
    data: readonly object[],
    layout: object,
    config?: object,
  ): Promise<PlotlyElement>;
  relayout(node: HTMLElement, update: object): Promise<void>;
  /** A data URI. */
  toImage(node: HTMLElement, options: object): Promise<string>;
  purge(node: HTMLElement): void;
  readonly Plots: { resize(node: HTMLElement): Promise<void> };
}

export async function loadPlotly(): Promise<Plotly> {
  const module = (await import("plotly.js-cartesian-dist-min")) as { default: Plotly };
  return module.default;
}
