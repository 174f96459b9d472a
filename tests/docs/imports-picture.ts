/** The pictures of imports between folders in docs/architecture.md, drawn from the sources. */

import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { graphlib, layout } from "@dagrejs/dagre";
import type { IConfiguration, ICruiseResult } from "dependency-cruiser";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { forbidden, options } = createRequire(import.meta.url)(
  join(root, ".dependency-cruiser.cjs"),
) as Required<Pick<IConfiguration, "forbidden" | "options">>;

export const LIBRARIES = ["tvm-ts", "vta"] as const;
export type Library = (typeof LIBRARIES)[number];

/** `from` imports from `to`. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

export function pathOf(library: Library): string {
  return join(root, `docs/images/imports-${library}.svg`);
}

/** The folders of a library in the order of the linter's tables: each imports from earlier ones. */
export function layers(library: Library): readonly string[] {
  const prefix = `${library}/src/`;
  const names = forbidden.map(({ name }) => name!).filter((name) => name.startsWith(prefix));
  return names.map((name) => name.slice(prefix.length));
}

/** Imports between the folders of a library, values and types, each once. */
export async function arrows(library: Library): Promise<readonly Arrow[]> {
  // An ES module, which the command, run as CommonJS, can only load by `import()`.
  const { cruise } = await import("dependency-cruiser");
  const { output } = await cruise([`lib/${library}/src`], { ...options, baseDir: root });
  const folderOf = (path: string): string | undefined =>
    new RegExp(`^lib/${library}/src/([^/]+)/`).exec(path)?.[1];
  const found = new Map<string, Arrow>();
  for (const { source, dependencies } of (output as ICruiseResult).modules) {
    for (const { resolved } of dependencies) {
      const [from, to] = [folderOf(source), folderOf(resolved)];
      if (from === undefined || to === undefined || from === to) continue;
      found.set(`${from} ${to}`, { from, to });
    }
  }
  return [...found.values()].sort((a, b) => (`${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1));
}

/** Without the arrows that follow from a path of others. */
export function reduced(all: readonly Arrow[]): readonly Arrow[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of all) targets.set(from, [...(targets.get(from) ?? []), to]);
  const reaches = (from: string, to: string): boolean =>
    (targets.get(from) ?? []).some((next) => next === to || reaches(next, to));
  return all.filter(
    ({ from, to }) => !targets.get(from)!.some((next) => next !== to && reaches(next, to)),
  );
}

const BOX = { width: 100, height: 28 };
const MARGIN = 8;

/** An SVG, with each folder above those that it imports. */
export function draw(all: readonly Arrow[]): string {
  const graph = new graphlib.Graph().setGraph({
    rankdir: "TB",
    nodesep: 24,
    edgesep: 24,
    ranksep: 48,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const kept = reduced(all);
  for (const { from, to } of kept) {
    for (const name of [from, to]) graph.setNode(name, { ...BOX });
    graph.setEdge(from, to);
  }
  layout(graph);
  // Arrows may extend beyond the boxes.
  const xs = graph.edges().flatMap((edge) => graph.edge(edge).points.map(({ x }) => x));
  const left = Math.min(0, ...xs) - MARGIN;
  const { width: inner, height: innerHeight } = graph.graph() as { width: number; height: number };
  const width = Math.max(inner, ...xs) + MARGIN - left;
  const height = innerHeight + 2 * MARGIN;
  const boxes = graph.nodes().map((name) => {
    const { x, y } = graph.node(name);
    return (
      `  <rect x="${round(x - BOX.width / 2)}" y="${round(y - BOX.height / 2)}" width="${BOX.width}" ` +
      `height="${BOX.height}" rx="4" fill="#eef3fa" stroke="#4a6a94"/>\n` +
      `  <text x="${round(x)}" y="${round(y + 5)}" text-anchor="middle">${name}</text>`
    );
  });
  const lines = graph.edges().map((edge) => {
    const points = graph.edge(edge).points.map(({ x, y }) => `${round(x)},${round(y)}`);
    return `  <polyline points="${points.join(" ")}" fill="none" stroke="#4a6a94" marker-end="url(#head)"/>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${round(left)} ${-MARGIN} ${round(width)} ${round(height)}" ` +
      `width="${round(width)}" height="${round(height)}" font-family="sans-serif" font-size="14">`,
    '  <marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">',
    '    <path d="M0 0 8 4 0 8z" fill="#4a6a94"/>',
    "  </marker>",
    `  <rect x="${round(left)}" y="${-MARGIN}" width="100%" height="100%" fill="#ffffff"/>`,
    ...lines,
    ...boxes,
    "</svg>",
    "",
  ].join("\n");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
