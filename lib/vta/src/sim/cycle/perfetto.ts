/**
 * A run as a native trace of TrackEvents for ui.perfetto.dev. Field numbers are from Perfetto's
 * published schema (google/perfetto, protos/perfetto/trace: trace_packet.proto,
 * track_event/track_event.proto, track_descriptor.proto and debug_annotation.proto).
 */

import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { STAGE_NAMES } from "../../accelerator";
import { statementOf, type ProfiledRun } from "./profiled-run";
import { workName } from "./stream-plan";

const TRACE = { packet: 1 } as const;
const PACKET = { timestamp: 8, sequence: 10, event: 11, descriptor: 60 } as const;
const DESCRIPTOR = { uuid: 1, name: 2, parent: 5 } as const;
const EVENT = { annotations: 4, type: 9, track: 11, categories: 22, name: 23 } as const;
const ANNOTATION = { uint: 3, string: 6, name: 10 } as const;
const SLICE_BEGIN = 1;
const SLICE_END = 2;

const SEQUENCE = 1;
const ROOT = 1;

/** Writes a nested message: the bytes that `fill` writes become a field. */
function message(writer: BinaryWriter, field: number, fill: (inner: BinaryWriter) => void): void {
  const inner = new BinaryWriter();
  fill(inner);
  writer.tag(field, 2).bytes(inner.finish());
}

/**
 * A track for each module and a slice for each instruction; a cycle is a nanosecond, and runs are
 * concatenated.
 */
export function perfettoTrace(runs: readonly ProfiledRun[]): Uint8Array {
  const trace = new BinaryWriter();
  const packet = (fill: (writer: BinaryWriter) => void): void =>
    message(trace, TRACE.packet, (writer) => {
      writer.tag(PACKET.sequence, 0).uint32(SEQUENCE);
      fill(writer);
    });
  const track = (uuid: number, name: string, parent?: number): void =>
    packet((writer) => {
      message(writer, PACKET.descriptor, (descriptor) => {
        descriptor.tag(DESCRIPTOR.uuid, 0).uint64(uuid);
        descriptor.tag(DESCRIPTOR.name, 2).string(name);
        if (parent !== undefined) descriptor.tag(DESCRIPTOR.parent, 0).uint64(parent);
      });
    });
  track(ROOT, "VTA");
  STAGE_NAMES.forEach((name, module) => track(ROOT + 1 + module, name, ROOT));

  let offset = 0;
  for (const run of runs) {
    const { plan, timing } = run;
    for (let i = 0; i < plan.count; i++) {
      if (timing.end[i]! < 0) continue;
      const uuid = ROOT + 1 + plan.module[i]!;
      packet((writer) => {
        writer.tag(PACKET.timestamp, 0).uint64(offset + timing.start[i]!);
        message(writer, PACKET.event, (event) => {
          const annotate = (name: string, write: (annotation: BinaryWriter) => void): void =>
            message(event, EVENT.annotations, (annotation) => {
              annotation.tag(ANNOTATION.name, 2).string(name);
              write(annotation);
            });
          annotate("instruction", (a) => a.tag(ANNOTATION.uint, 0).uint64(i));
          annotate("statement", (a) => a.tag(ANNOTATION.string, 2).string(statementOf(run, i)));
          const waits = timing.start[i]! - timing.head[i]! - 1;
          annotate("token wait", (a) => a.tag(ANNOTATION.uint, 0).uint64(waits));
          const memory = timing.waitBus[i]! + timing.waitLatency[i]! + timing.waitWrite[i]!;
          annotate("memory wait", (a) => a.tag(ANNOTATION.uint, 0).uint64(memory));
          event.tag(EVENT.type, 0).int32(SLICE_BEGIN);
          event.tag(EVENT.track, 0).uint64(uuid);
          event.tag(EVENT.categories, 2).string(STAGE_NAMES[plan.module[i]!]!);
          event.tag(EVENT.name, 2).string(workName(plan, i));
        });
      });
      packet((writer) => {
        writer.tag(PACKET.timestamp, 0).uint64(offset + timing.end[i]!);
        message(writer, PACKET.event, (event) => {
          event.tag(EVENT.type, 0).int32(SLICE_END);
          event.tag(EVENT.track, 0).uint64(uuid);
        });
      });
    }
    offset += timing.cycles;
  }
  return trace.finish();
}
