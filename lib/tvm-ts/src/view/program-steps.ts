/** Successive versions of a program, such as a schedule's after each primitive. */

import { IRModule } from "../ir";
import { LowerTrace, PassRecord } from "../pass";
import { UsageError } from "../support";
import { passBundle } from "./bundle";
import { Picture } from "./picture";

/**
 * The changes of a program, in the view of lowering's passes: each program except the first is a
 * step, compared with the program before it.
 * @param programs the programs in order, by the names of the steps
 * @throws UsageError unless there are at least two.
 * @example
 * const A = te.placeholder([64], { name: "A" });
 * const B = te.compute([64], (i) => A(i).mul(2), "B");
 * const s = te.createSchedule(B.op);
 * const plain = tvm.lower(s, [A, B]);
 * s.stage(B).split(B.op.axis[0], { factor: 16 });
 * tvm.view.steps({ plain, split: tvm.lower(s, [A, B]) });
 */
export function steps(programs: Readonly<Record<string, IRModule>>): Picture {
  const named = Object.entries(programs);
  const wrong = named.find(([, program]) => !(program instanceof IRModule));
  if (wrong !== undefined) {
    const text = `${wrong[0]} is not a lowered program; pass what tvm.lower(schedule, args) returns`;
    throw new UsageError("view-data", text);
  }
  if (named.length < 2) {
    throw new UsageError(
      "view-data",
      `steps compares two or more lowered programs, such as { plain: tvm.lower(s, args), split: ... }, not ${named.length}`,
    );
  }
  const records = named.slice(1).map(([name, after], i) => {
    const [nameBefore, before] = named[i]!;
    return new PassRecord({ name, doc: `Compared with "${nameBefore}".` }, 0, before, after, 0);
  });
  return new Picture(passBundle(new LowerTrace(named[0]![1], named.at(-1)![1], records)));
}
