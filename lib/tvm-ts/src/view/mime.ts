/**
 * The MIME types of our outputs. An output carries the private type that the JupyterLab extension
 * draws, HTML without scripts for front ends without it, and plain text.
 */

/** Our types, with the version of the JSON's format. */
export const mimeTypes = {
  ir: "application/vnd.tvm-vta.ir.v1+json",
  passes: "application/vnd.tvm-vta.passes.v1+json",
  schedule: "application/vnd.tvm-vta.schedule.v1+json",
  tensor: "application/vnd.tvm-vta.tensor.v1+json",
  tensorDiff: "application/vnd.tvm-vta.tensor-diff.v1+json",
  plotly: "application/vnd.plotly.v1+json",
} as const;

/** The data of an output: for each MIME type a string, or an object for JSON types. */
export type MimeBundle = Readonly<Record<string, unknown>>;
