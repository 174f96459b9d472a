/** Passes: of a whole program, without changes, and ones that cannot be drawn. */

import { lower, PassContext, te, UsageError, view, type pass, type tir } from "tvm-ts";
import { tiledMatmul } from "./programs";
import { bundleOf, type Story } from "./story";

const { schedule, args } = tiledMatmul();
const matmul = view.passBundle(lower(schedule, args, { trace: true }));
const drawn = matmul[view.mimeTypes.passes] as view.PassView;

function changed(change: object): view.MimeBundle {
  return { ...matmul, [view.mimeTypes.passes]: { ...drawn, ...change } };
}

/** A stage that does not fit its memory. */
function failed(): view.MimeBundle {
  const refused: pass.FunctionPass = {
    name: "tir.StorageRewrite",
    doc: "Lets allocations that are never alive together share memory.",
    run() {
      throw new UsageError(
        "memory-full",
        "A_buf is out of local memory: it needs 512 KiB of the 128 KiB of local.acc_buffer; split its axes",
      );
    },
  };
  const context = new PassContext({ config: { "tir.add_lower_pass": [[1, refused]] } });
  return view.passBundle(lower(schedule, args, { trace: true, context }));
}

/** A short program before and after one primitive. */
function split(): view.MimeBundle {
  const A = te.placeholder([64], { name: "A" });
  const B = te.compute([64], (i) => A(i).mul(2), "B");
  const s = te.createSchedule(B.op);
  const plain = lower(s, [A, B]);
  s.stage(B).split((B.op.axis as [tir.IterVar])[0], { factor: 16 });
  return bundleOf(view.steps({ plain, split: lower(s, [A, B]) }));
}

export const passStories: readonly Story[] = [
  {
    id: "passes-matmul",
    source: "tvm.lower(s, [A, B, C], { trace: true })",
    bundle: matmul,
  },
  {
    id: "passes-lone",
    source: "tvm.view.steps({ plain, split: tvm.lower(s, [A, B]) })",
    bundle: split(),
  },
  { id: "passes-failed", source: "// a pass refuses the program", bundle: failed() },
  { id: "passes-none", source: "// no pass ran", bundle: changed({ steps: [], texts: [] }) },
  {
    id: "passes-damaged",
    source: "// texts that are not there",
    bundle: changed({ texts: drawn.texts.slice(0, 2) }),
  },
  { id: "passes-future", source: "// made by a newer version", bundle: changed({ version: 2 }) },
];
