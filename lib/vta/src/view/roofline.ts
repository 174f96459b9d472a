/**
 * The roofline plot of profiles: operations a cycle against operations a byte, on logarithmic axes. A dot for
 * GEMM and for each operation of the ALU, relative to all bytes and cycles of the program, so that one roof
 * applies to all; arrows lead from the first profile to the second.
 */

import { view } from "tvm-ts";
import type { Profile } from "../sim";
import { cssColor } from "./colors";

/** Colours of the profiles, in order: Okabe and Ito's palette. */
const COLORS: readonly view.Rgb[] = [
  [0, 114, 178],
  [213, 94, 0],
  [0, 158, 115],
  [204, 121, 167],
];

interface Dot {
  readonly label: string;
  /** Operations for each byte of the program's traffic. */
  readonly intensity: number;
  /** Operations a cycle of the program. */
  readonly achieved: number;
}

function dotsOf(profile: Profile): Dot[] {
  const { BATCH, BLOCK_OUT } = profile.hardware;
  const { intensity, achieved } = profile.roofline;
  const { cycles, totalBytes: bytes } = profile;
  const stages = profile.stages.flatMap(({ stage, work, instructions }): Dot[] => {
    if (bytes === 0 || !stage.startsWith("ALU")) return [];
    // A step of the ALU is an operation in each lane; seven cycles of an instruction are overhead.
    const operations = Math.max(0, work - ALU_OVERHEAD * instructions) * BATCH * BLOCK_OUT;
    return [{ label: stage, intensity: operations / bytes, achieved: operations / cycles }];
  });
  return [{ label: "GEMM", intensity, achieved }, ...stages].filter(
    (dot) => dot.intensity > 0 && dot.achieved > 0,
  );
}

const ALU_OVERHEAD = 7;

/**
 * The roofline plot of profiles by name: `vta.view.roofline({ before, after })`. They should be of one
 * model; the roof is that of the first.
 */
export function roofline(profiles: Readonly<Record<string, Profile>>): view.Picture {
  const named = Object.entries(profiles);
  const rows = named.flatMap(([name, profile]) =>
    dotsOf(profile).map((dot) => ({ name, ...dot, peak: roofAt(profile, dot.intensity) })),
  );
  const head = ["profile", "stage", "operations a byte", "a cycle", "roof"];
  const body = rows.map(({ name, label, intensity, achieved, peak }) => [
    name,
    label,
    intensity.toPrecision(3),
    achieved.toPrecision(3),
    peak.toPrecision(3),
  ]);
  const text = [head, ...body].map((cells) => cells.join("  ")).join("\n");
  return new view.Picture({
    ...(rows.length > 0 && { [view.mimeTypes.plotly]: figure(named) }),
    "text/html": view.panelHtml(view.tableHtml(head, body)),
    "text/plain": text,
  });
}

/** Operations a cycle that the bus and the GEMM core allow at an intensity. */
function roofAt({ roofline: { computePeak }, model }: Profile, intensity: number): number {
  return Math.min(computePeak, (intensity * model.busBits) / 8);
}

function figure(named: readonly (readonly [string, Profile])[]): Record<string, unknown> {
  const [[, machine]] = named as [[string, Profile]];
  const all = named.map(([, profile]) => dotsOf(profile));
  const intensities = all.flat().map(({ intensity }) => intensity);
  const ridge = (machine.roofline.computePeak * 8) / machine.model.busBits;
  const [least, most] = [Math.min(...intensities, ridge), Math.max(...intensities, ridge)];
  const ends = [least / LABEL_ROOM, ridge, most * LABEL_ROOM];
  const roof = {
    type: "scatter",
    mode: "lines",
    name: `roof of ${machine.model.name}`,
    x: ends,
    y: ends.map((intensity) => roofAt(machine, intensity)),
    line: { color: "rgb(120,120,120)" },
    hovertemplate: "%{x:.3~g} operations a byte: at most %{y:.3~g} a cycle<extra></extra>",
  };
  const positions = labelPositions(all);
  const traces = named.map(([name], i) => ({
    type: "scatter",
    mode: "markers+text",
    name,
    x: all[i]!.map(({ intensity }) => intensity),
    y: all[i]!.map(({ achieved }) => achieved),
    text: all[i]!.map(({ label }) => label),
    textposition: positions[i],
    marker: { size: 9, color: cssColor(COLORS[i % COLORS.length]!) },
    hovertemplate: "%{text}<br>%{x:.3~g} operations a byte, %{y:.3~g} a cycle<extra></extra>",
  }));
  return {
    data: [roof, ...traces],
    layout: {
      height: 380,
      margin: { t: 16, r: 16 },
      xaxis: { type: "log", title: { text: "operations a byte of DRAM traffic" } },
      yaxis: { type: "log", title: { text: "operations a cycle" } },
      annotations: arrows(all[0] ?? [], all[1] ?? []),
    },
  };
}

/** How far the roof extends beyond the outermost dots, so that their labels are not cut off. */
const LABEL_ROOM = 8;

/** The label positions around a dot, in the order in which coinciding dots use them. */
const LABEL_POSITIONS = [
  "bottom right",
  "top right",
  "bottom left",
  "top left",
  "middle right",
  "middle left",
  "bottom center",
  "top center",
] as const;
/** Dots closer than this, in powers of ten, count as coinciding. */
const PLACES_PER_DECADE = 5;

/** The label position of each dot; labels of coinciding dots do not overlap. */
function labelPositions(all: readonly (readonly Dot[])[]): string[][] {
  const taken = new Map<string, number>();
  return all.map((dots) =>
    dots.map(({ intensity, achieved }) => {
      const place = [intensity, achieved]
        .map((value) => Math.round(Math.log10(value) * PLACES_PER_DECADE))
        .join();
      const before = taken.get(place) ?? 0;
      taken.set(place, before + 1);
      return LABEL_POSITIONS[before % LABEL_POSITIONS.length]!;
    }),
  );
}

/**
 * Arrows from the dots of one profile to the same stages of another; on logarithmic axes coordinates are
 * logarithms.
 */
function arrows(from: readonly Dot[], to: readonly Dot[]): Record<string, unknown>[] {
  return from.flatMap((dot) => {
    const end = to.find(({ label }) => label === dot.label);
    if (end === undefined) return [];
    return [
      {
        x: Math.log10(end.intensity),
        y: Math.log10(end.achieved),
        ax: Math.log10(dot.intensity),
        ay: Math.log10(dot.achieved),
        ...{ xref: "x", yref: "y", axref: "x", ayref: "y", text: "", showarrow: true },
        ...{ arrowhead: 2, arrowwidth: 1.5, arrowcolor: "rgb(120,120,120)", standoff: 6 },
      },
    ];
  });
}
