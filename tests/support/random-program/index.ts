/** Random programs: a declaration, a schedule and options, from a list of numbers. */

import fc from "fast-check";
import { PassContext, type te, type UsageError } from "tvm-ts";
import { Choices } from "./choices";
import { declare, type Declaration } from "./declaration";
import { schedule } from "./scheduler";

export interface RandomProgram {
  readonly declaration: Declaration;
  readonly schedule: te.Schedule;
  readonly simpleMode: boolean;
  readonly context: PassContext;
  /** The program's features, to count combinations. */
  readonly features: ReadonlySet<string>;
}

/** The numbers that a program is made from. */
export const programNumbers: fc.Arbitrary<number[]> = fc.array(fc.nat({ max: 2 ** 20 }), {
  minLength: 20,
  maxLength: 140,
  size: "max",
});

/** Passes that can be disabled. */
const OPTIONAL_PASSES = [
  "tir.LoopPartition",
  "tir.StorageRewrite",
  "tir.CommonSubexprElimTIR",
  "tir.Simplify",
  "tir.UnrollLoop",
  "tir.RemoveNoOp",
  "tir.HoistIfThenElse",
  "tir.RenormalizeSplitPattern",
  "tir.NarrowDataType",
  "tir.VectorizeLoop",
] as const;

export function randomProgram(
  numbers: readonly number[],
  onRefusal: (error: UsageError) => void = () => undefined,
): RandomProgram {
  const choices = new Choices(numbers);
  const declaration = declare(choices);
  const { simpleMode, context } = options(choices);
  const made = schedule(choices, declaration, onRefusal);
  return { declaration, schedule: made, simpleMode, context, features: choices.features };
}

function options(choices: Choices): { simpleMode: boolean; context: PassContext } {
  const { features } = choices;
  const simpleMode = choices.rarely(6);
  if (simpleMode) features.add("simpleMode");
  const partitionConstLoop = choices.rarely(2);
  if (partitionConstLoop) features.add("partitionConstLoop");
  const unrolls = choices.rarely(6);
  if (unrolls) features.add("autoMaxStep");
  const disabledPass = choices.rarely(4) ? [choices.of(OPTIONAL_PASSES)] : [];
  if (disabledPass.length > 0 && choices.rarely(3)) disabledPass.push(choices.of(OPTIONAL_PASSES));
  if (disabledPass.length > 0) features.add("disabled passes");
  const context = new PassContext({
    disabledPass,
    config: {
      "tir.LoopPartition": {
        partitionConstLoop,
        noUnrollLoopWithExtentOne: choices.rarely(6),
        unrollLoopWithPartitionHintNoInterval: choices.rarely(6),
      },
      ...(unrolls ? { "tir.UnrollLoop": { autoMaxStep: 8 } } : {}),
      ...(choices.rarely(8) ? { "tir.disable_vectorize": true } : {}),
      ...(choices.rarely(8) ? { "tir.disable_storage_rewrite": true } : {}),
    },
  });
  return { simpleMode, context };
}
