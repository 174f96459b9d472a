/** Statements as C. */

import {
  builtin,
  Cast,
  dtypeInfo,
  elementOf,
  floorDiv,
  floorMod,
  IntImm,
  isNoOp,
  lanesOf,
  mutate,
  Var,
  type Allocate,
  type AttrStmt,
  type BufferStore,
  type LetStmt,
  type PrimExpr,
  type Stmt,
} from "../../ir";
import { assertNever, UsageError } from "../../support";
import { freeVariables } from "../free-variables";
import { laneOf, needsConstantLanes, scalarView } from "../lanes";
import { constantSize, flatIndex, readsOverlap } from "../flat-index";
import { ExpressionWriter } from "./expression";
import { Names } from "./names";
import { cElementType, cType } from "./types";
import type { TranslationUnit } from "./translation-unit";

/** Larger allocations, in bytes, come from the runtime instead of the stack. */
const STACK_BYTES = 1024;

export class StatementWriter {
  readonly expressions: ExpressionWriter;
  private readonly lines: string[] = [];
  private indent = 1;

  constructor(
    private readonly unit: TranslationUnit,
    readonly names: Names,
    /** DLPack's type of the device that allocations are for. */
    private readonly deviceType: number,
  ) {
    this.expressions = new ExpressionWriter(unit, names);
  }

  get text(): string {
    return this.lines.join("\n");
  }

  line(text: string): void {
    this.lines.push("  ".repeat(this.indent) + text);
  }

  write(stmt: Stmt): void {
    switch (stmt.kind) {
      case "SeqStmt":
        stmt.seq.forEach((s) => this.write(s));
        return;
      case "BufferStore":
        return this.store(stmt);
      case "Evaluate":
        if (!isNoOp(stmt)) this.evaluate(stmt.value);
        return;
      case "LetStmt":
        return this.letStmt(stmt);
      case "IfThenElse":
        this.block(`if (${this.expr(stmt.condition)})`, () => this.write(stmt.thenCase));
        if (stmt.elseCase !== undefined) {
          const otherwise = stmt.elseCase;
          this.block("else", () => this.write(otherwise));
        }
        return;
      case "For": {
        if (stmt.forKind === "thread_binding") {
          throw new UsageError(
            "build-threads",
            `axis ${stmt.loopVar.name} is bound to a thread, which a CPU does not have; use ` +
              `parallel() instead of bind()`,
          );
        }
        const variable = this.names.nameFor(stmt.loopVar);
        const [min, end] = [this.expr(stmt.min), this.expr(stmt.min.add(stmt.extent))];
        const type = cType(stmt.loopVar.dtype);
        this.block(`for (${type} ${variable} = ${min}; ${variable} < ${end}; ++${variable})`, () =>
          this.write(stmt.body),
        );
        return;
      }
      case "While":
        this.block(`while (${this.expr(stmt.condition)})`, () => this.write(stmt.body));
        return;
      case "Allocate":
        return this.allocate(stmt);
      case "AssertStmt":
        this.check(this.expr(stmt.condition), stmt.message.value);
        return this.write(stmt.body);
      case "AttrStmt":
        return this.attribute(stmt);
      case "Prefetch":
        return;
      case "BufferRealize":
      case "ProducerStore":
      case "ProducerRealize":
        throw new UsageError(
          "build-not-lowered",
          `the function is not lowered: it still has a ${stmt.kind}; build it through tvm.lower`,
        );
      default:
        assertNever(stmt);
    }
  }

  /** Ends the function with an error unless `condition` holds. */
  check(condition: string, message: string): void {
    this.line(`CHECK(${condition}, ${JSON.stringify(message)});`);
  }

  block(head: string, body: () => void): void {
    this.line(`${head} {`);
    this.indent++;
    body();
    this.indent--;
    this.line("}");
  }

  private expr(expr: PrimExpr): string {
    return this.expressions.write(this.withoutLets(expr));
  }

  /** Let expressions become variables before the statement. */
  private withoutLets(expr: PrimExpr): PrimExpr {
    return mutate(expr, {
      Let: (node, recur) => {
        const value = recur(node.value);
        this.line(
          `${cType(node.var_.dtype)} ${this.names.nameFor(node.var_)} = ${this.expr(value)};`,
        );
        return recur(node.body);
      },
    });
  }

  private evaluate(value: PrimExpr): void {
    if (value.kind === "Call" && value.op === builtin.ret) {
      const [result] = value.args as [PrimExpr];
      const { code } = dtypeInfo(result.dtype);
      const field = code === "float" ? "v_float64" : "v_int64";
      this.line(`((TVMValue*)out_ret_value)->${field} = ${this.expr(result)};`);
      this.line(`*out_ret_tcode = ${code === "float" ? 2 : 0};`);
      this.line("return 0;");
      return;
    }
    this.line(`${this.expr(value)};`);
  }

  private letStmt({ var_, value, body }: LetStmt): void {
    this.line("{");
    this.indent++;
    const name = this.names.nameFor(var_);
    const lanes = lanesOf(value.dtype);
    if (lanes === 1) {
      this.line(`${cType(value.dtype)} ${name} = ${this.expr(value)};`);
    } else {
      this.line(`${cType(elementOf(value.dtype))} ${name}[${lanes}];`);
      this.eachLane(value, lanes, (lane) => {
        this.line(`${name}[${this.expr(lane)}] = ${this.expr(laneOf(value, lane))};`);
      });
    }
    this.write(body);
    this.indent--;
    this.line("}");
  }

  private store(store: BufferStore): void {
    const { buffer, value, indices } = store;
    const lanes = lanesOf(value.dtype);
    if (lanes === 1) {
      const place = this.expressions.element(buffer, indices);
      this.line(`${place} = ${this.expressions.stored(this.expr(value), value.dtype)};`);
      return;
    }
    const dtype = elementOf(value.dtype);
    const perElement = lanesOf(buffer.dtype);
    const view = perElement === 1 ? buffer : scalarView(buffer);
    const write = (lane: PrimExpr, text: string): void => {
      const at = indices.map((index) => laneOf(index, floorDiv(lane, perElement)));
      const flat = flatIndex(buffer, at).mul(perElement).add(floorMod(lane, perElement));
      const place = this.expressions.element(view, [flat]);
      this.line(`${place} = ${this.expressions.stored(text, dtype)};`);
    };
    const shuffled = needsConstantLanes(value) ? value : indices[0]!;
    if (!readsOverlap(store)) {
      this.eachLane(shuffled, lanes, (lane) => write(lane, this.expr(laneOf(value, lane))));
      return;
    }
    const name = this.names.fresh("lanes");
    this.line(`${cType(dtype)} ${name}[${lanes}];`);
    this.eachLane(shuffled, lanes, (lane) => {
      this.line(`${name}[${this.expr(lane)}] = ${this.expr(laneOf(value, lane))};`);
    });
    this.eachLane(indices[0]!, lanes, (lane) => write(lane, `${name}[${this.expr(lane)}]`));
  }

  /** A loop over lanes, or one statement per lane where lane numbers must be constants. */
  private eachLane(expr: PrimExpr, lanes: number, body: (lane: PrimExpr) => void): void {
    if (needsConstantLanes(expr)) {
      for (let lane = 0; lane < lanes; lane++) body(new IntImm(lane));
      return;
    }
    const variable = new Var("lane");
    const name = this.names.nameFor(variable);
    this.block(`for (int32_t ${name} = 0; ${name} < ${lanes}; ++${name})`, () => body(variable));
  }

  private allocate({ bufferVar, dtype, extents, body }: Allocate): void {
    const name = this.names.nameFor(bufferVar);
    const type = cElementType(dtype);
    this.expressions.pointees.set(bufferVar, type);
    const size = constantSize(extents);
    const lanes = lanesOf(dtype);
    this.line("{");
    this.indent++;
    const bytes = size === undefined ? Infinity : size * lanes * dtypeInfo(dtype).bits * 0.125;
    if (bytes <= STACK_BYTES) {
      this.line(`${type} ${name}[${Math.max(size! * lanes, 1)}];`);
      this.write(body);
    } else {
      const count = extents.map((e) => this.expr(new Cast("int64", e))).join(" * ");
      const device = this.deviceType;
      this.line(
        `${type}* ${name} = TVMBackendAllocWorkspace(${device}, 0, (uint64_t)(${count}) * ` +
          `${lanes} * sizeof(${type}), 2, 32);`,
      );
      this.check(`${name} != NULL`, `no memory for ${bufferVar.name}`);
      this.write(body);
      this.line(`TVMBackendFreeWorkspace(${device}, 0, ${name});`);
    }
    this.indent--;
    this.line("}");
  }

  private attribute({ key, value, body }: AttrStmt): void {
    if (key === "thread_extent") {
      throw new UsageError(
        "build-threads",
        "the function uses thread axes, which target c does not support; use parallel() instead of bind()",
      );
    }
    if (key !== "coproc_uop_scope") return this.write(body);
    if (value.kind !== "StringImm")
      throw new UsageError(
        "build-operator",
        "the value of coproc_uop_scope must be a function name",
      );
    this.recording(value.value, body);
  }

  /**
   *     static struct sites sites_0;
   *     struct closure_0 { int32_t i; };
   *     static int body_0(void* closure) { ... }
   *     { struct closure_0 c; ...  Record(site_of(&sites_0, &c, sizeof(c)), body_0, &c, 0); }
   *
   * A recording function caches its recording per site. TVM's distinguishes recordings of one site
   * by a single number below 99; here each set of values has its own site.
   */
  private recording(func: string, body: Stmt): void {
    const number = this.unit.number();
    const variables = freeVariables(body);
    const names = new Names();
    const inner = new StatementWriter(this.unit, names, this.deviceType);
    for (const variable of variables) {
      const type = cType(variable.dtype);
      const name = names.nameFor(variable);
      inner.line(`${type} ${name} = ((struct closure_${number}*)closure)->${name};`);
    }
    inner.write(body);
    const fields = variables.map((v) => `${cType(v.dtype)} ${names.nameFor(v)};`);
    const empty = variables.length === 0;
    if (!empty) this.unit.useSites();
    this.unit.outlined.push(
      empty ? `static void* site_${number} = NULL;` : `static struct sites sites_${number};`,
      ...(empty ? [] : [`struct closure_${number} { ${fields.join(" ")} };`]),
      `static int body_${number}(void* closure) {`,
      ...(empty ? ["  (void)closure;"] : []),
      inner.text,
      "  return 0;",
      "}",
    );
    this.unit.declareExtern(func, "int", ["void**", "int (*)(void*)", "void*", "int"]);
    const call = (site: string, closure: string): void =>
      this.check(`${func}(${site}, body_${number}, ${closure}, 0) == 0`, `${func} failed`);
    if (empty) return call(`&site_${number}`, "NULL");
    this.block("", () => {
      this.line(`struct closure_${number} closure;`);
      // Padding between the fields is compared too.
      this.line("memset(&closure, 0, sizeof(closure));");
      for (const variable of variables) {
        this.line(`closure.${names.nameFor(variable)} = ${this.names.nameFor(variable)};`);
      }
      this.line(`void** site = site_of(&sites_${number}, &closure, sizeof(closure));`);
      this.check("site != NULL", "no memory for recorded operations");
      call("site", "&closure");
    });
  }
}
