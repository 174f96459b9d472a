/** The MIME types of this package's outputs; see `mimeTypes` of tvm-ts' `view`. */

export const mimeTypes = {
  trace: "application/vnd.tvm-vta.trace.v1+json",
  profile: "application/vnd.tvm-vta.profile.v1+json",
  study: "application/vnd.tvm-vta.study.v1+json",
  environment: "application/vnd.tvm-vta.environment.v1+json",
  network: "application/vnd.tvm-vta.network.v1+json",
  statistics: "application/vnd.tvm-vta.statistics.v1+json",
  table: "application/vnd.tvm-vta.table.v1+json",
} as const;
