/** A trace as text, for terminals. */

import { plural } from "tvm-ts";
import {
  NOTHING_RAN,
  STAGE_NAMES,
  type ExecutionTrace,
  type MemoryUse,
  type StageName,
  type TraceEntry,
} from "../accelerator";
import { disassemble } from "../hardware";
import { timelineLines } from "./timeline-html";
import { bytesText, percentText } from "./number-text";

/** A summary: instructions, bytes moved, operations, and peak use of the memories. */
export function summaryLines(trace: ExecutionTrace): string[] {
  const { stats } = trace;
  const total = trace.entries.length + trace.dropped;
  const count = (stage: StageName): number =>
    trace.entries.filter((entry) => entry.stage === stage).length;
  const stages = STAGE_NAMES.map((s) => `${s} ${count(s)}`).join(", ");
  const dram = [
    ["inputs", stats.inp_load_nbytes],
    ["weights", stats.wgt_load_nbytes],
    ["accumulators", stats.acc_load_nbytes],
    ["micro-ops", stats.uop_load_nbytes],
    ["stored", stats.out_store_nbytes],
  ] as const;
  const moved = dram.filter(([, bytes]) => bytes > 0);
  return [
    `${plural(total, "instruction")} in ${plural(trace.runs, "run")} (${stages})`,
    ...(total === 0 ? [NOTHING_RAN] : []),
    ...(trace.dropped > 0 ? [`only the first ${trace.entries.length} are recorded`] : []),
    `DRAM: ${moved.map(([name, bytes]) => `${name} ${bytesText(bytes)}`).join(", ") || "nothing moved"}`,
    `micro-ops executed: GEMM ${stats.gemm_counter}, ALU ${stats.alu_counter}`,
    ...trace.memories.map(useText),
  ];
}

/** `INP: at most 16 of 2048 elements in use (0.8 %)` */
export function useText({ memory, peak, depth, unread }: MemoryUse): string {
  const use = `${memory}: at most ${peak} of ${depth} elements in use (${percentText(peak, depth)})`;
  return unread === 0 ? use : `${use}, ${unread} written and never read`;
}

/** The first `most` instructions of the stream as assembly. */
export function listing(stream: readonly TraceEntry[], most: number): string {
  const digits = String(stream.length).length;
  const lines = stream
    .slice(0, most)
    .map(
      ({ index, stage, instruction }) =>
        `${String(index).padStart(digits)}  ${stage.padEnd(7)}  ${disassemble(instruction)}`,
    );
  if (stream.length > most) lines.push(`... and ${stream.length - most} more`);
  return lines.join("\n");
}

const TEXT_LINES = 40;

export function traceText(trace: ExecutionTrace): string {
  const { timeline } = trace;
  return [
    ...summaryLines(trace),
    ...(timeline === undefined ? [] : timelineLines(timeline)),
    "",
    listing(trace.stream, TEXT_LINES),
  ].join("\n");
}
