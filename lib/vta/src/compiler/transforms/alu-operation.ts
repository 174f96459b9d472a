/**
 * Recognizes a marked loop nest as an operation of the vector ALU.
 *
 * The ALU works in place: an instruction does `dst = dst op src` or `dst = dst op immediate`, with
 * minimum, maximum, addition, multiplication and shift to the right (by a negative amount: to the
 * left). The other operations are composed of these:
 *
 *     a - c   ->  dst = a + -c                 a - b  ->  dst = -(-a + b)
 *     a << c  ->  dst = a >> -c                c - a  ->  dst = -a + c
 *
 * If no operand is in the result's place, one is copied there first, by setting the place to zero (with a
 * GEMM reset) and adding.
 */

import { arith, tir } from "tvm-ts";
import { ALU_OPCODE } from "../../hardware";
import type { Environment } from "../environment";
import type { Refuse } from "./dram-rectangle";

/** What one instruction does to the destination. */
export type AluStep =
  /** `dst = 0` */
  | { readonly kind: "reset" }
  /** `dst = dst op imm`; the immediate's operand is read at `src`, which is `dst`. */
  | {
      readonly kind: "immediate";
      readonly opcode: number;
      readonly imm: tir.PrimExpr;
      readonly src: AffineAddress;
    }
  /** `dst = dst op src` */
  | { readonly kind: "register"; readonly opcode: number; readonly src: AffineAddress };

/** An address that a nest reads or writes: each iteration of loop `i` adds `coeffs[i]` values. */
export interface AffineAddress {
  readonly coeffs: readonly tir.PrimExpr[];
  readonly base: tir.PrimExpr;
}

export interface AluOperation {
  /** Outermost first; each starts at 0. */
  readonly loops: readonly tir.For[];
  readonly dst: AffineAddress;
  readonly steps: readonly AluStep[];
}

type Operator = keyof typeof OPCODES | "sub" | "shiftRight" | "shiftLeft";
type Operand = { readonly imm: tir.IntImm } | { readonly at: AffineAddress };

const OPCODES = {
  add: ALU_OPCODE.ADD,
  mul: ALU_OPCODE.MUL,
  min: ALU_OPCODE.MIN,
  max: ALU_OPCODE.MAX,
} as const;

const OPERATORS: Readonly<Partial<Record<tir.Kind, Operator>>> = {
  Add: "add",
  Sub: "sub",
  Mul: "mul",
  Min: "min",
  Max: "max",
};

/** @throws the error of `refuse`, when the ALU cannot execute the nest. */
export function readAluOperation(nest: tir.Stmt, env: Environment, refuse: Refuse): AluOperation {
  return new AluReader(nest, env, refuse).read();
}

/** Whether the nest sets an element to the identity and then combines others with it in inner loops. */
function isReduction(body: tir.Stmt): boolean {
  if (body.kind !== "SeqStmt") return false;
  const [init, update] = body.seq;
  if (init?.kind !== "BufferStore" || init.value.kind !== "IntImm") return false;
  let inner = update;
  while (inner?.kind === "For" || inner?.kind === "IfThenElse") {
    inner = inner.kind === "For" ? inner.body : inner.thenCase;
  }
  return inner?.kind === "BufferStore" && inner.buffer.data === init.buffer.data;
}

class AluReader {
  private readonly loops: tir.For[] = [];
  private readonly store: tir.BufferStore;
  private readonly dst: AffineAddress;

  constructor(
    nest: tir.Stmt,
    env: Environment,
    private readonly refuse: Refuse,
  ) {
    let body = nest;
    for (; body.kind === "For"; body = body.body) {
      if (!tir.isZero(body.min)) throw refuse(`loop ${body.loopVar.name} does not start at 0`);
      this.loops.push(body);
    }
    if (isReduction(body)) {
      throw refuse(
        "it is a reduction, and the ALU combines two elements: write one stage for each element of the window, such as " +
          "te.compute(shape, (...i) => tir.max(a(...i), b(...i)))",
      );
    }
    if (body.kind !== "BufferStore" || tir.lanesOf(body.value.dtype) > 1) {
      throw refuse(
        "the loops must contain exactly one store: do not unroll or vectorize them, and " +
          "split by factors that divide",
      );
    }
    if (body.buffer.scope !== env.accScope) {
      throw refuse(
        `${body.buffer.name} is in ${body.buffer.scope}; write stage.setScope(env.accScope)`,
      );
    }
    this.store = body;
    this.dst = this.address(body.indices);
  }

  read(): AluOperation {
    return { loops: this.loops, dst: this.dst, steps: this.stepsOf(this.store.value) };
  }

  private stepsOf(value: tir.PrimExpr): AluStep[] {
    if (value.kind === "BufferLoad") return this.copy(this.addressOf(value));
    if (value.kind === "IntImm") return this.constant(value);
    const operator = operatorOf(value);
    const fromConstant = minuendFirst(value);
    if (fromConstant !== undefined) {
      return this.binary("sub", this.operand(fromConstant.a), this.operand(fromConstant.b));
    }
    if (operator === undefined) {
      throw this.refuse(
        `it computes ${tir.reprExpr(value)}; the ALU can add, subtract, multiply, shift, take the ` +
          `minimum or the maximum (one operation a stage), and copy`,
      );
    }
    const [a, b] = operandsOf(value).map((operand) => this.operand(operand));
    return this.binary(operator, a!, b!);
  }

  private binary(operator: Operator, a: Operand, b: Operand): AluStep[] {
    if ("imm" in b) {
      if ("imm" in a) throw this.refuse("it computes with constants only");
      const opcode = opcodeOf(operator);
      const negative = operator === "sub" || operator === "shiftLeft";
      return [
        ...this.copyToDestination(a.at),
        this.withImmediate(opcode, negative ? tir.neg(b.imm) : b.imm),
      ];
    }
    if ("imm" in a) return this.immediateFirst(operator, a.imm, b.at);
    return this.registers(operator, a.at, b.at);
  }

  private immediateFirst(operator: Operator, imm: tir.IntImm, b: AffineAddress): AluStep[] {
    switch (operator) {
      case "sub":
        return [
          ...this.copyToDestination(b),
          this.negate(),
          this.withImmediate(ALU_OPCODE.ADD, imm),
        ];
      case "shiftLeft":
      case "shiftRight":
        throw this.refuse("it shifts a constant; the ALU shifts values in memory");
      default:
        return [...this.copyToDestination(b), this.withImmediate(OPCODES[operator], imm)];
    }
  }

  private registers(operator: Operator, a: AffineAddress, b: AffineAddress): AluStep[] {
    switch (operator) {
      case "shiftLeft":
        throw this.refuse("it shifts to the left by amounts in memory, which the ALU cannot");
      case "shiftRight":
        if (this.isDestination(b) && !this.isDestination(a)) {
          throw this.refuse(
            "the result overwrites the shift amounts; read the amounts in a later stage too, so that " +
              "they keep their memory",
          );
        }
        return [...this.copyToDestination(a), register(ALU_OPCODE.SHR, b)];
      case "sub":
        if (!this.isDestination(a))
          return [...this.copyToDestination(b), this.negate(), register(ALU_OPCODE.ADD, a)];
        return [this.negate(), register(ALU_OPCODE.ADD, b), this.negate()];
      default: {
        const opcode = OPCODES[operator];
        if (this.isDestination(b) && !this.isDestination(a)) return [register(opcode, a)];
        return [...this.copyToDestination(a), register(opcode, b)];
      }
    }
  }

  /** A copy in place still is an instruction, because the stage was marked. */
  private copy(from: AffineAddress): AluStep[] {
    if (!this.isDestination(from)) return this.copyToDestination(from);
    return [this.withImmediate(ALU_OPCODE.SHR, new tir.IntImm(0))];
  }

  private constant(value: tir.IntImm): AluStep[] {
    if (tir.isZero(value)) return [{ kind: "reset" }];
    return [{ kind: "reset" }, this.withImmediate(ALU_OPCODE.ADD, value)];
  }

  /** Copies the element at `from` to the destination. */
  private copyToDestination(from: AffineAddress): AluStep[] {
    return this.isDestination(from) ? [] : [{ kind: "reset" }, register(ALU_OPCODE.ADD, from)];
  }

  private negate(): AluStep {
    return this.withImmediate(ALU_OPCODE.MUL, new tir.IntImm(-1));
  }

  private withImmediate(opcode: number, imm: tir.PrimExpr): AluStep {
    return { kind: "immediate", opcode, imm, src: this.dst };
  }

  /** Whether an operand is at the result's address. */
  private isDestination(operand: AffineAddress): boolean {
    const { dst } = this;
    return (
      same(operand.base, dst.base) &&
      operand.coeffs.every((coeff, i) => same(coeff, dst.coeffs[i]!))
    );
  }

  private operand(expr: tir.PrimExpr): Operand {
    if (expr.kind === "IntImm") return { imm: expr };
    if (expr.kind === "BufferLoad") return { at: this.addressOf(expr) };
    throw this.refuse(
      `an operand is ${tir.reprExpr(expr)}; operands must be constants or elements of the ` +
        `accumulator: compute this one in a separate stage`,
    );
  }

  private addressOf(load: tir.BufferLoad): AffineAddress {
    if (load.buffer.data === this.store.buffer.data) return this.address(load.indices);
    throw this.refuse(
      `${load.buffer.name} is in ${load.buffer.scope}; the ALU reads only the accumulator: ` +
        `copy it there in a separate stage`,
    );
  }

  private address(indices: readonly tir.PrimExpr[]): AffineAddress {
    const vars = this.loops.map((loop) => loop.loopVar);
    const linear = indices.length === 1 ? arith.detectLinearEquation(indices[0]!, vars) : undefined;
    if (linear === undefined) {
      throw this.refuse(`the index ${indices.join(", ")} is not linear in the loops`);
    }
    return { coeffs: linear.slice(0, vars.length), base: linear[vars.length]! };
  }
}

function same(a: tir.PrimExpr, b: tir.PrimExpr): boolean {
  return tir.exprEqual(a, b) || arith.factlessAnalyzer().canProveEqual(a, b);
}

function register(opcode: number, src: AffineAddress): AluStep {
  return { kind: "register", opcode, src };
}

function opcodeOf(operator: Operator): number {
  if (operator === "sub") return ALU_OPCODE.ADD;
  return operator === "shiftLeft" || operator === "shiftRight" ? ALU_OPCODE.SHR : OPCODES[operator];
}

function operatorOf(value: tir.PrimExpr): Operator | undefined {
  if (value.kind !== "Call") return OPERATORS[value.kind];
  if (value.op === tir.builtin.shiftLeft) return "shiftLeft";
  return value.op === tir.builtin.shiftRight ? "shiftRight" : undefined;
}

/** Matches `-8 - x`, which simplification has turned into `(0 - x) - 8`. */
function minuendFirst(value: tir.PrimExpr): tir.Sub | undefined {
  if (value.kind !== "Sub" || value.b.kind !== "IntImm") return undefined;
  const { a, b } = value;
  if (a.kind !== "Sub" || !tir.isZero(a.a)) return undefined;
  return new tir.Sub(tir.neg(b), a.b);
}

function operandsOf(value: tir.PrimExpr): readonly tir.PrimExpr[] {
  if (value.kind === "Call") return value.args;
  return "b" in value ? [value.a, value.b] : [];
}
