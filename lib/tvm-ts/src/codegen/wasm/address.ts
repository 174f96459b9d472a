/**
 * Addresses of buffer elements, split into terms so that nothing is computed twice.
 *
 * An index is a sum of terms, `coefficient * atom`. The terms are added to the buffer's address in
 * the order in which their atoms are defined. Each partial sum is computed once, at the start of
 * the region that defines its last atom, or is incremented with the loop:
 *
 *     for x { for k { ... A[x*512 + k + 1] ... } }
 *     ->  for x { p = A + x*2048;  q = p;  for k { ... load offset=4 (q) ...; q += 4 } }
 */

import {
  bytesOf,
  exprEqual,
  ExprMap,
  forEachVar,
  isIndexType,
  isInteger,
  postOrderVisit,
  substitute,
  type PrimExpr,
  type Var,
} from "../../ir";
import type { Ref } from "./binaryen";
import { FRAME_LOCAL, type FunctionContext, type Scope } from "./function-context";
import { isHoistable, isNonNegative } from "./index-properties";

/** The bytes at `pointer + offset`; the sum does not wrap. */
export interface ByteAddress {
  readonly pointer: Ref;
  readonly offset: number;
}

interface Term {
  readonly atom: PrimExpr;
  coefficient: number;
}

/**
 * The lowest address of a buffer: up to this much can be subtracted from an address and added back
 * by a load's offset without wrapping.
 */
const LOWEST_ADDRESS = 4096;

/** A `let` whose value has more nodes than this is not inlined into addresses. */
const LET_NODES = 64;

export class AddressPlanner {
  private readonly atomIds = new ExprMap<number>();
  private nextAtomId = 0;

  constructor(
    private readonly fn: FunctionContext,
    private readonly emit: (expr: PrimExpr) => Ref,
  ) {}

  /** Records the value of a `let` that may be inlined into addresses. */
  addLet(variable: Var, value: PrimExpr): void {
    if (!isInteger(value.dtype) || !isHoistable(value)) return;
    const resolved = this.resolve(value);
    let nodes = 0;
    postOrderVisit(resolved, () => nodes++);
    if (nodes <= LET_NODES) this.fn.lets.set(variable, resolved);
  }

  /** The address of element `index` of the buffer at `data`; elements have `bytes` bytes. */
  address(data: Var, index: PrimExpr, bytes: number): ByteAddress {
    const terms: Term[] = [];
    let constant = this.collect(index, bytes, terms);
    const binding = this.fn.binding(data);
    let local = FRAME_LOCAL;
    let scope = this.fn.root;
    if (binding.kind === "frame") constant += binding.offset;
    else if (binding.kind === "local") {
      local = binding.locals[0]!;
      scope = binding.scope;
    }
    const fixed = terms.filter((term) => term.coefficient !== 0);
    const forward = fixed.every((t) => t.coefficient > 0 && isNonNegative(t.atom, this.fn));
    let offset = 0;
    let bias = constant;
    if (forward && constant >= -LOWEST_ADDRESS) {
      bias = constant < 0 ? -LOWEST_ADDRESS : 0;
      offset = constant - bias;
    }
    return { pointer: this.pointer(local, scope, bias, fixed), offset };
  }

  /** `local + bias + terms`, from cached partial sums where possible. */
  private pointer(base: number, baseScope: Scope, bias: number, terms: readonly Term[]): Ref {
    const { m } = this.fn.module;
    let local = base;
    let scope = baseScope;
    if (bias !== 0) local = this.partialSum(local, scope, bias, []);
    const inPlace: Term[] = [];
    const byScope = new Map<Scope, Term[]>();
    for (const term of terms) {
      const known = this.scopeOf(term.atom);
      if (known === undefined) inPlace.push(term);
      else byScope.set(known, [...(byScope.get(known) ?? []), term]);
    }
    for (const known of [...byScope.keys()].sort((a, b) => a.depth - b.depth)) {
      if (known.depth > scope.depth) scope = known;
      local = this.partialSum(local, scope, 0, byScope.get(known)!);
    }
    return inPlace.reduce(
      (sum, term) => m.i32.add(sum, this.product(term, this.index(term.atom))),
      this.fn.get(local),
    );
  }

  /** The local that holds `local + bias + terms` in `scope`. */
  private partialSum(local: number, scope: Scope, bias: number, terms: readonly Term[]): number {
    const names = terms.map((term) => `${this.idOf(term.atom)}*${term.coefficient}`).sort();
    const key = [local, bias, ...names].join();
    const cached = scope.pointers.get(key);
    if (cached !== undefined) return cached;
    const { m, b } = this.fn.module;
    const result = this.fn.newLocal(b.i32);
    scope.pointers.set(key, result);
    const [only] = terms;
    const { loop } = scope;
    if (loop !== undefined && terms.length === 1 && only!.atom === loop.variable) {
      const first = this.withScope(scope.parent!, () => this.index(loop.min));
      const start = m.i32.add(this.fn.get(local), this.product(only!, first));
      scope.before.push(this.fn.set(result, start));
      const next = m.i32.add(this.fn.get(result), m.i32.const(only!.coefficient | 0));
      scope.latch.push(this.fn.set(result, next));
      return result;
    }
    let sum = this.fn.get(local);
    if (bias !== 0) sum = m.i32.add(sum, m.i32.const(bias | 0));
    for (const term of terms)
      sum = m.i32.add(sum, this.product(term, this.atomIn(term.atom, scope)));
    scope.prelude.push(this.fn.set(result, sum));
    return result;
  }

  /** The value of an atom that is defined in `scope` or outside it, computed once. */
  private atomIn(atom: PrimExpr, scope: Scope): Ref {
    if (atom.kind === "Var") return this.index(atom);
    const known = this.scopeOf(atom)!;
    const home = known.depth < scope.depth ? known : scope;
    let local = home.atoms.get(atom);
    if (local === undefined) {
      local = this.fn.newLocal(this.fn.module.b.i32);
      home.atoms.set(atom, local);
      const value = this.withScope(home, () => this.index(atom));
      home.prelude.push(this.fn.set(local, value));
    }
    return this.fn.get(local);
  }

  private product(term: Term, value: Ref): Ref {
    const { m } = this.fn.module;
    return term.coefficient === 1 ? value : m.i32.mul(value, m.i32.const(term.coefficient | 0));
  }

  /** An index as an `i32`; addresses are computed modulo 2^32. */
  private index(expr: PrimExpr): Ref {
    const value = this.emit(expr);
    return bytesOf(expr.dtype) === 8 ? this.fn.module.m.i32.wrap(value) : value;
  }

  /** Adds `coefficient * expr` to `terms`; returns the constant part. */
  private collect(expr: PrimExpr, coefficient: number, terms: Term[]): number {
    switch (expr.kind) {
      case "IntImm":
        return coefficient * expr.value;
      case "Add":
        return this.collect(expr.a, coefficient, terms) + this.collect(expr.b, coefficient, terms);
      case "Sub":
        return this.collect(expr.a, coefficient, terms) + this.collect(expr.b, -coefficient, terms);
      case "Mul":
        if (expr.b.kind === "IntImm") {
          return this.collect(expr.a, coefficient * expr.b.value, terms);
        }
        if (expr.a.kind === "IntImm") {
          return this.collect(expr.b, coefficient * expr.a.value, terms);
        }
        break;
      case "Cast":
        // An index that overflows 32 bits is out of bounds anyway.
        if (isIndexType(expr.value.dtype) && bytesOf(expr.dtype) >= bytesOf(expr.value.dtype)) {
          return this.collect(expr.value, coefficient, terms);
        }
        break;
      case "Var": {
        const value = this.fn.lets.get(expr);
        if (value !== undefined) return this.collect(value, coefficient, terms);
        break;
      }
      default:
    }
    this.addTerm(this.resolve(expr), coefficient, terms);
    return 0;
  }

  private addTerm(atom: PrimExpr, coefficient: number, terms: Term[]): void {
    const same = terms.find((term) => exprEqual(term.atom, atom));
    if (same === undefined) terms.push({ atom, coefficient });
    else same.coefficient += coefficient;
  }

  /** `expr` with the recorded `let`s replaced by their values. */
  private resolve(expr: PrimExpr): PrimExpr {
    if (this.fn.lets.size === 0) return expr;
    return substitute(expr, (variable) => this.fn.lets.get(variable));
  }

  /**
   * The outermost region where `atom` can be computed; `undefined` if it must be computed in place.
   */
  private scopeOf(atom: PrimExpr): Scope | undefined {
    if (!isHoistable(atom)) return undefined;
    let deepest = this.fn.root;
    forEachVar(atom, (variable) => {
      const scope = this.fn.scopeOf(variable);
      if (scope.depth > deepest.depth) deepest = scope;
    });
    return this.isOpen(deepest) ? deepest : undefined;
  }

  /** Whether a region encloses the current position. */
  private isOpen(scope: Scope): boolean {
    let open: Scope | undefined = this.fn.scope;
    while (open !== undefined && open.depth > scope.depth) open = open.parent;
    return open === scope;
  }

  private idOf(atom: PrimExpr): number {
    let id = this.atomIds.get(atom);
    if (id === undefined) this.atomIds.set(atom, (id = this.nextAtomId++));
    return id;
  }

  private withScope<T>(scope: Scope, body: () => T): T {
    const current = this.fn.scope;
    this.fn.scope = scope;
    const result = body();
    this.fn.scope = current;
    return result;
  }
}
