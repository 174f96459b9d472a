/**
 * The best record of each workload, as in AutoTVM's history: of the same accelerator if there is one, else of
 * any VTA.
 */

import { readRecords, type RecordSource } from "./record-store";
import { meanCost, modelOf, type TuningRecord } from "./records";
import type { TemplateArgument, TemplateArguments } from "./entity";

/** A workload in AutoTVM's terms. */
export interface WorkloadKey {
  readonly task: string;
  readonly args: TemplateArguments;
}

/** Layouts differ between versions, and padding has two or four numbers. */
function keyOf({ task, args }: WorkloadKey): string {
  const isLayout = (arg: TemplateArgument): boolean =>
    typeof arg === "string" && /^NC(HW)?\d*n?\d*c?$/.test(arg);
  const normal = args
    .filter((arg) => !isLayout(arg))
    .map((arg, i) =>
      i === PADDING && Array.isArray(arg) && arg.length === 2 ? [...arg, ...arg] : arg,
    );
  return JSON.stringify([task, normal]);
}

/** The position of a convolution's padding among its arguments. */
const PADDING = 3;

export class RecordHistory {
  private readonly byModel = new Map<string, TuningRecord[]>();
  private readonly byWorkload = new Map<string, TuningRecord[]>();

  /** @throws UsageError when a file cannot be read */
  constructor(source: RecordSource) {
    for (const record of readRecords(source)) {
      if (meanCost(record) === Infinity || !/\bvta\b/.test(record.target)) continue;
      const key = keyOf(record);
      append(this.byModel, `${modelOf(record.target)} ${key}`, record);
      append(this.byWorkload, key, record);
    }
  }

  /** The record to use for a workload on the accelerator `model`; undefined if there is none. */
  best(workload: WorkloadKey, model: string): TuningRecord | undefined {
    return this.ranked(workload, model)[0];
  }

  /** The records of a workload, the best first: on the accelerator `model` if there are any. */
  ranked(workload: WorkloadKey, model: string): TuningRecord[] {
    const key = keyOf(workload);
    const found = this.byModel.get(`${model} ${key}`) ?? this.byWorkload.get(key) ?? [];
    return [...found].sort((a, b) => meanCost(a) - meanCost(b));
  }
}

function append(map: Map<string, TuningRecord[]>, key: string, record: TuningRecord): void {
  const existing = map.get(key);
  if (existing === undefined) map.set(key, [record]);
  else existing.push(record);
}

/** A record's choice for each knob; for a split, the size of the inner loop. */
export function recordedKnobs({ entity }: TuningRecord): Readonly<Record<string, number>> {
  return Object.fromEntries(
    entity.flatMap(([name, , value]) => {
      const size = Array.isArray(value) ? value.at(-1) : value;
      return typeof size === "number" ? [[name, size]] : [];
    }),
  );
}
