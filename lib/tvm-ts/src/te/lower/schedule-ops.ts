/**
 * From a normalized schedule to statements: each stage's loops, put where the stage is attached.
 *
 *     realize A.local                              // the memory of a stage
 *       for i                                      // what fills it
 *         A.local[i] = A[i]
 *       for i, j                                   // what reads it, with the stages
 *         realize B.local ...                      //   attached to its loops in them
 */

import { UsageError } from "../../support";
import {
  AttrStmt,
  isNoOp,
  noOp,
  SeqStmt,
  toExpr,
  trueImm,
  type IterVar,
  type Stmt,
} from "../../ir";
import { scanInits } from "../schedule/graph";
import type { InferredBounds } from "../schedule/infer-bound";
import type { Schedule } from "../schedule/schedule";
import type { Stage } from "../schedule/stage";
import { StageContext, type TensorMemory } from "./context";
import { provide, realize, type ScanParts } from "./provide";

export interface ScheduleOpsOptions {
  readonly memory: TensorMemory;
  readonly keepTrivialLoops: boolean;
}

/**
 * The statements of a normalized schedule.
 * @throws UsageError when a stage is attached to a loop that an intrinsic replaced.
 */
export function scheduleOps(
  schedule: Schedule,
  bounds: InferredBounds,
  options: ScheduleOpsOptions,
): Stmt {
  return new ScheduleLowering(schedule, bounds, options).run();
}

/** The stages computed inside other stages, in schedule order. */
interface Attached {
  readonly atAxis: Map<IterVar, Stage[]>;
  /** The stages that compute a scan's initial rows, and those of each step. */
  readonly scanInit: Stage[];
  readonly scanUpdate: Stage[];
}

class ScheduleLowering {
  private readonly roots: Stage[] = [];
  private readonly attachedTo = new Map<Stage, Attached>();
  private readonly placed = new Set<Stage>();

  constructor(
    schedule: Schedule,
    private readonly bounds: InferredBounds,
    private readonly options: ScheduleOpsOptions,
  ) {
    const scanOf = scanInits(schedule);
    for (const stage of schedule.stages) {
      const { attachment } = stage.attachSpec;
      const scan = scanOf.get(stage);
      if (stage.op.kind === "placeholder" || attachment.type === "inlinedAlready") continue;
      if (scan !== undefined) this.attached(scan).scanInit.push(stage);
      else if (attachment.type === "scanUpdate") {
        this.attached(attachment.stage).scanUpdate.push(stage);
      } else if (attachment.type === "scope") {
        const { atAxis } = this.attached(attachment.stage);
        const list = atAxis.get(attachment.axis);
        if (list === undefined) atAxis.set(attachment.axis, [stage]);
        else list.push(stage);
      } else this.roots.push(stage);
    }
  }

  private attached(parent: Stage): Attached {
    let attached = this.attachedTo.get(parent);
    if (attached === undefined) {
      attached = { atAxis: new Map(), scanInit: [], scanUpdate: [] };
      this.attachedTo.set(parent, attached);
    }
    return attached;
  }

  run(): Stmt {
    const body = this.before(this.roots, noOp(), new Set());
    for (const attached of this.attachedTo.values()) {
      for (const stages of attached.atAxis.values())
        stages.forEach((each) => this.checkPlaced(each));
    }
    return body;
  }

  /** `body` with `stages` computed before it, the first of them outermost. */
  private before(stages: readonly Stage[], body: Stmt, launched: ReadonlySet<IterVar>): Stmt {
    return stages.reduceRight((after, stage) => this.pipeline(stage, after, launched), body);
  }

  /** The memory of a stage around the statements that write it and those that follow. */
  private pipeline(stage: Stage, after: Stmt, launched: ReadonlySet<IterVar>): Stmt {
    this.placed.add(stage);
    const attached = this.attachedTo.get(stage);
    const context = new StageContext(
      stage,
      this.bounds,
      this.options.memory,
      launched,
      (axis, body) => {
        const here = attached?.atAxis.get(axis);
        return here === undefined
          ? body
          : this.before(here, body, launchedIn(stage, axis, launched));
      },
      this.options.keepTrivialLoops,
    );
    const around = new Set([...launched, ...stage.state.envThreads]);
    const parts: ScanParts = {
      init: (steps) => this.before(attached?.scanInit ?? [], steps, around),
      update: () => this.before(attached?.scanUpdate ?? [], noOp(), around),
    };
    let producer = provide(context, parts);
    if (stage.state.doubleBuffer) {
      producer = stage.op.outputs.reduceRight<Stmt>(
        (inner, tensor) =>
          context.isPart(tensor)
            ? inner
            : new AttrStmt(context.bufferOf(tensor), "double_buffer_scope", toExpr(1), inner),
        producer,
      );
    }
    let both = isNoOp(after) ? producer : new SeqStmt([producer, after]);
    const { rollingBuffer } = stage.state;
    if (rollingBuffer !== undefined) {
      both = stage.op.outputs.reduceRight<Stmt>((inner, tensor) => {
        const node = context.bufferOf(tensor);
        return new AttrStmt(node, "rolling_buffer_scope", trueImm(), inner, rollingBuffer);
      }, both);
    }
    return realize(context, both);
  }

  private checkPlaced(stage: Stage): void {
    if (this.placed.has(stage)) return;
    const { attachment } = stage.attachSpec;
    if (attachment.type !== "scope") return;
    throw new UsageError(
      "te-compute-at",
      `stage ${stage.name} is computed at axis ${attachment.axis.name} of ` +
        `${attachment.stage.name}, but that loop is inside an intrinsic; compute it at a loop ` +
        `outside of it`,
      {
        span: attachment.span,
        notes: [{ text: `axis ${attachment.axis.name} was made here`, span: attachment.axis.span }],
      },
    );
  }
}

/** The threads launched around what is computed inside `axis` of a stage. */
function launchedIn(
  stage: Stage,
  axis: IterVar,
  launched: ReadonlySet<IterVar>,
): ReadonlySet<IterVar> {
  const outer = stage.leafIterVars.slice(0, stage.leafIterVars.indexOf(axis) + 1);
  const threads = outer.flatMap((loop) => {
    const thread = stage.iterVarAttrs.get(loop)?.bindThread;
    return thread ?? (loop.iterType === "ThreadIndex" ? loop : []);
  });
  return threads.length === 0 ? launched : new Set([...launched, ...threads]);
}
