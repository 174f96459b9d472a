/** The schema of a network's JSON. */

import * as v from "valibot";

const MAX_NODES = 5000;
const place = v.pipe(v.number(), v.finite());
const size = v.pipe(v.number(), v.finite(), v.minValue(0));
const color = v.pipe(v.string(), v.regex(/^#[0-9a-f]{6}$/));
const point = v.tuple([place, place]);

const node = v.object({
  label: v.string(),
  operators: v.string(),
  device: v.picklist(["input", "host", "accelerator"]),
  x: place,
  y: place,
  width: size,
  height: size,
  facts: v.array(v.tuple([v.string(), v.string()])),
  colors: v.object({
    device: color,
    cycles: v.optional(color),
    bytes: v.optional(color),
    error: v.optional(color),
  }),
});

const picture = {
  width: size,
  height: size,
  nodes: v.pipe(v.array(node), v.maxLength(MAX_NODES)),
  edges: v.array(
    v.object({ from: v.number(), to: v.number(), text: v.string(), points: v.array(point) }),
  ),
};

export const networkSchema = v.object({
  version: v.literal(1),
  ...picture,
  folded: v.exactOptional(
    v.object({
      ...picture,
      members: v.pipe(v.array(v.array(v.number())), v.maxLength(MAX_NODES)),
    }),
  ),
  live: v.exactOptional(v.string()),
  scale: v.pipe(v.array(color), v.minLength(1)),
  devices: v.object({ host: color, accelerator: color }),
  measures: v.pipe(v.array(v.picklist(["device", "cycles", "bytes", "error"])), v.minLength(1)),
});

export const boxReplySchema = v.union([
  v.object({ request: v.number(), error: v.string() }),
  v.object({
    request: v.number(),
    parts: v.array(v.object({ name: v.string(), bundle: v.record(v.string(), v.any()) })),
  }),
]);

export type BoxReply = v.InferOutput<typeof boxReplySchema>;
export type PictureData = Pick<NetworkData, "width" | "height" | "nodes" | "edges">;
export type NetworkData = v.InferOutput<typeof networkSchema>;
export type NetworkNode = NetworkData["nodes"][number];
export type Measure = NetworkData["measures"][number];
