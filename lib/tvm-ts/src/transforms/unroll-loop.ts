/**
 * Unrolls the loops marked `unroll`, and small loops if the context or a pragma enables this.
 *
 *     for (i, 0, 2) "unroll" { A[i] = 0 }  =>  A[0] = 0  A[1] = 0
 */

import { factlessAnalyzer } from "../arith";
import {
  Feature,
  hasFeature,
  add,
  constant,
  flattenSeq,
  mutator,
  SeqStmt,
  mapArray,
  noOp,
  substitute,
  update,
  type AttrStmt,
  type For,
  type Stmt,
} from "../ir";
import type { FunctionPass, OptionGroups } from "../pass";
import { UsageError } from "../support";
import { convertSSA } from "./convert-ssa";

type Options = OptionGroups["tir.UnrollLoop"];

/**
 * The largest number of statements to which a loop is unrolled: more take minutes to compile without
 * benefit.
 */
const MAX_STEPS = 2 ** 18;

export const unrollLoop: FunctionPass = {
  name: "tir.UnrollLoop",
  doc: "Unrolls loops that are marked for it, and small loops if an option enables this.",
  run(func, context) {
    const options = context.option("tir.UnrollLoop");
    const automatic = options.autoMaxStep > 0 || options.autoMaxExtent > 0;
    // Loops of zero steps, and loops around them, are small enough without any option.
    const asked = Feature.UnrolledLoop | Feature.UnrollPragma | Feature.EmptyLoop;
    if (!automatic && !hasFeature(func.body, asked)) return func;
    const body = unroll(func.body, options);
    return func.with({ body: body === func.body ? body : convertSSA(body) });
  },
};

/** Counts of the visited statements, which decide whether a loop is unrolled automatically. */
interface Counts {
  /** The number of statements, repetitions included. */
  steps: number;
  /** The depth of nested unrolled loops. */
  unrolledDepth: number;
  /** The depth of nested loops that are kept. */
  loopDepth: number;
}

function unroll(body: Stmt, initial: Options): Stmt {
  let options = initial;
  let counts: Counts = { steps: 0, unrolledDepth: 0, loopDepth: 0 };

  const withOptions = (changes: Partial<Options>, run: () => Stmt): Stmt => {
    const outer = options;
    options = { ...options, ...changes };
    const result = run();
    options = outer;
    return result;
  };

  const extentOf = (loop: For): number | undefined => {
    const extent = factlessAnalyzer().simplify(loop.extent);
    return extent.kind === "IntImm" && extent.value < 2 ** 31 ? extent.value : undefined;
  };

  /** Whether a loop is small enough to be unrolled automatically, given the counts of its body. */
  const isSmall = (extent: number): boolean =>
    counts.loopDepth === 0 &&
    counts.unrolledDepth <= options.autoMaxDepth &&
    (extent * counts.steps <= options.autoMaxStep || extent <= options.autoMaxExtent);

  return mutator({
    AttrStmt(attr, recur) {
      if (attr.key === "pragma_auto_unroll_max_step") {
        return withOptions({ autoMaxStep: pragmaValue(attr) }, () => recur(attr.body));
      }
      if (attr.key === "pragma_unroll_explicit") {
        return withOptions({ explicitUnroll: pragmaValue(attr) !== 0 }, () => recur(attr.body));
      }
      return undefined;
    },
    SeqStmt(node, recur) {
      // Each statement is counted separately; the depth of a sequence is that of its deepest
      // statement.
      const outer = counts;
      let total: Counts = { ...outer };
      const result = update(node, {
        seq: mapArray(node.seq, (stmt) => {
          counts = { steps: 0, unrolledDepth: 0, loopDepth: 0 };
          const rewritten = recur(stmt);
          total = {
            steps: total.steps + counts.steps,
            unrolledDepth: Math.max(total.unrolledDepth, counts.unrolledDepth),
            loopDepth: Math.max(total.loopDepth, counts.loopDepth),
          };
          return rewritten;
        }),
      });
      counts = total;
      return result;
    },
    BufferStore(store) {
      counts.steps++;
      return store;
    },
    Evaluate(node) {
      counts.steps++;
      return node;
    },
    For(node, recur) {
      const loop = recur.children(node);
      const extent = extentOf(loop);
      if (loop.forKind === "unrolled" && extent === undefined) {
        throw new UsageError(
          "te-unroll",
          `loop ${loop.loopVar.name} is to be unrolled, but its extent is not a constant`,
          { span: loop.span },
        );
      }
      const chosen =
        loop.forKind === "unrolled" ||
        (loop.forKind === "serial" && extent !== undefined && isSmall(extent));
      if (chosen) {
        counts.steps *= extent!;
        counts.unrolledDepth++;
      } else {
        counts.loopDepth++;
      }
      const single = extent !== undefined && extent <= 1 && options.autoMaxExtent === 1;
      if ((chosen && options.explicitUnroll) || single) {
        if (extent! > MAX_STEPS || counts.steps > MAX_STEPS) throw tooLarge(loop, counts.steps);
        return repeat(loop, extent!);
      }
      return chosen ? update(loop, { forKind: "unrolled" }) : loop;
    },
  })(body);
}

function tooLarge({ loopVar, span }: For, steps: number): UsageError {
  return new UsageError(
    "te-unroll",
    `loop ${loopVar.name} cannot be unrolled to ${steps} statements; at most ` +
      `${MAX_STEPS} are possible: split it and unroll the inner loop`,
    { span },
  );
}

/** The body once for each iteration. */
function repeat(loop: For, extent: number): Stmt {
  if (extent <= 0) return noOp();
  const { loopVar, min, body } = loop;
  const iterations = Array.from({ length: extent }, (_, i) =>
    substitute(body, new Map([[loopVar, add(min, constant(i, loopVar.dtype))]])),
  );
  return flattenSeq(new SeqStmt(iterations));
}

function pragmaValue(attr: AttrStmt): number {
  if (attr.value.kind === "IntImm") return attr.value.value;
  throw new UsageError("te-unroll", `the value of pragma ${attr.key} must be an integer`, {
    span: attr.span,
  });
}
