/** The layers of a network as tables: their costs, and the errors of their integers against the floats. */

import { relay, view } from "tvm-ts";
import { computeShares, type LayerCost, type NetworkAccuracy, type NetworkCosts } from "../graph";
import { configurationText, layerText } from "./network-text";
import { alignedLines, bytesText, countText, percentText } from "./number-text";
import { mimeTypes } from "./vta-mime";

interface Table {
  readonly summary: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function bundle({ summary, head, rows }: Table): view.MimeBundle {
  const title = `<div style="font-weight:bold">${view.escapeHtml(summary)}</div>`;
  const table = `<div tabindex="0" style="overflow-x:auto">${view.tableHtml(head, rows)}</div>`;
  return {
    [mimeTypes.table]: tableView({ summary, head, rows }),
    "text/html": view.panelHtml(title, table),
    "text/plain": plainText({ summary, head, rows }),
  };
}

/** What front ends draw as a table of records. */
export interface TableView {
  readonly version: 1;
  readonly summary?: string;
  readonly columns: readonly string[];
  /** A cell for each column; null where there is nothing to say. */
  readonly rows: readonly (readonly (string | number | null)[])[];
}

function tableView({ summary, head, rows }: Table): TableView {
  return { version: 1, summary, columns: head, rows: rows.map((row) => row.map(cellOf)) };
}

/** Texts with a unit stay texts; numbers sort by their size. */
function cellOf(text: string): string | number | null {
  if (text === "") return null;
  return /^\d[\d,]*(\.\d+)?$/.test(text) ? Number(text.replaceAll(",", "")) : text;
}

function plainText({ summary, head, rows }: Table): string {
  return [summary, ...alignedLines([head, ...rows], 1)].join("\n");
}

function costTable(costs: NetworkCosts): Table {
  const { cycles, bytes, layers } = costs;
  const peak = peakOf(layers);
  const macs = layers.reduce((sum, layer) => sum + (layer.profile ? layer.macs : 0), 0);
  const ofPeak =
    cycles === 0 ? "" : `, ${percentText(macs, cycles * peak)} of the GEMM core's peak`;
  const row = (layer: LayerCost): string[] => {
    const { profile, time, device, macs: own } = layer;
    const name = layerText(layer.layer);
    const work = own === 0 ? "" : countText(own);
    if (profile === undefined) {
      return [name, device, work, "", "", "", "", "", "", `${time.toFixed(1)} ms here`, ""];
    }
    const { gemm, alu } = computeShares(profile);
    return [
      name,
      device,
      work,
      bytesText(profile.totalBytes),
      countText(profile.cycles),
      percentText(profile.cycles, cycles),
      own === 0 ? "" : percentText(own, profile.cycles * peak),
      percentText(gemm, 1),
      percentText(alu, 1),
      configurationText(layer),
      layer.configuration!.from,
    ];
  };
  return {
    summary: `${countText(cycles)} cycles on the accelerator, ${bytesText(bytes)}${ofPeak}`,
    head: [
      ...["layer", "device", "multiply-adds", "bytes", "cycles", "of all", "of peak"],
      ...["GEMM works", "ALU works", "configuration", "from"],
    ],
    rows: layers.map(row),
  };
}

/** Multiply-adds of the GEMM core in a cycle. */
function peakOf(layers: readonly LayerCost[]): number {
  return layers.find(({ profile }) => profile)?.profile?.roofline.computePeak ?? 1;
}

const exact = (value: number): string => String(Number(value.toPrecision(3)));

function accuracyTable({ layers }: NetworkAccuracy): Table {
  const ends = relay.ERROR_BINS.map((end) => `< ${end}`);
  return {
    summary:
      layers.length === 0
        ? "no layer is in integers"
        : `${layers.length} layers in integers, the worst first; errors are in steps of each layer's integers`,
    head: ["layer", "shape", "step", "SQNR, dB", "largest error", "out of range", ...ends, "more"],
    rows: layers.map(({ layer, shape, step, sqnr, maxError, saturated, histogram }) => {
      const size = histogram.reduce((a, b) => a + b, 0);
      return [
        layerText(layer),
        shape.join(" x "),
        exact(step),
        Number.isFinite(sqnr) ? sqnr.toFixed(1) : "exact",
        exact(maxError / step),
        percentText(saturated, 1),
        ...histogram.map((count) => (count === 0 ? "" : percentText(count, size))),
      ];
    }),
  };
}

export const costsBundle = (costs: NetworkCosts): view.MimeBundle => bundle(costTable(costs));
export const costsText = (costs: NetworkCosts): string => plainText(costTable(costs));
export const accuracyBundle = (accuracy: NetworkAccuracy): view.MimeBundle =>
  bundle(accuracyTable(accuracy));
export const accuracyText = (accuracy: NetworkAccuracy): string =>
  plainText(accuracyTable(accuracy));
