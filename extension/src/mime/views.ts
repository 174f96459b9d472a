/** The MIME types with the modules of their views, which are loaded on first use. */

import type { ViewModule } from "./view-renderer";

/** The renderer of a MIME type. */
export interface View {
  readonly mimeType: string;
  readonly load: () => Promise<ViewModule>;
  /** Whether it may draw outputs of untrusted notebooks. */
  readonly safe: boolean;
}

/** Our own types are drawn as text nodes and pixels, so nothing in them can execute. */
const views: readonly View[] = [
  {
    mimeType: "application/vnd.tvm-vta.ir.v1+json",
    load: () => import("../ir-view"),
    safe: true,
  },
  {
    mimeType: "application/vnd.tvm-vta.passes.v1+json",
    load: () => import("../pass-view"),
    safe: true,
  },
  {
    mimeType: "application/vnd.tvm-vta.schedule.v1+json",
    load: () => import("../schedule-view"),
    safe: true,
  },
  {
    mimeType: "application/vnd.tvm-vta.tensor.v1+json",
    load: () => import("../tensor-view"),
    safe: true,
  },
  {
    mimeType: "application/vnd.tvm-vta.tensor-diff.v1+json",
    load: () => import("../tensor-diff-view"),
    safe: true,
  },
  {
    mimeType: "application/vnd.tvm-vta.trace.v1+json",
    load: () => import("../trace-view"),
    safe: true,
  },
  {
    mimeType: "application/vnd.tvm-vta.profile.v1+json",
    load: () => import("../profile-view"),
    safe: true,
  },
  {
    mimeType: "application/vnd.tvm-vta.study.v1+json",
    load: () => import("../study-view"),
    safe: true,
  },
  {
    mimeType: "application/vnd.tvm-vta.network.v1+json",
    load: () => import("../network-view"),
    safe: true,
  },
  {
    mimeType: "application/vnd.tvm-vta.environment.v1+json",
    load: () => import("../environment-view"),
    safe: true,
  },
  {
    mimeType: "application/vnd.tvm-vta.statistics.v1+json",
    load: () => import("../statistics-view"),
    safe: true,
  },
  {
    mimeType: "application/vnd.tvm-vta.table.v1+json",
    load: () => import("../table-view"),
    safe: true,
  },
];

/** A Plotly figure can load pictures and contain links: for trusted notebooks only. */
const plotlyView: View = {
  mimeType: "application/vnd.plotly.v1+json",
  load: () => import("../plotly"),
  safe: false,
};

/**
 * The views to register if `drawn` have renderers already. Another extension's renderer of Plotly's type
 * stays; a later one replaces ours by itself.
 */
export function viewsToRegister(drawn: readonly string[]): readonly View[] {
  return drawn.includes(plotlyView.mimeType) ? views : [...views, plotlyView];
}
