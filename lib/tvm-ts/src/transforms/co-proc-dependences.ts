/** Places the pushes and pops of dependence tokens; see `co-proc-sync.ts`. */

import type { AttrStmt, For, IfThenElse, IterVar, Stmt } from "../ir";
import { UsageError } from "../support";

/** A token that one unit pushes to another: `[from, to]`. */
export type DependenceToken = readonly [from: number, to: number];

/** A push or a pop of a token, to be inserted before or after a statement. */
export interface TokenAction {
  readonly action: "push" | "pop";
  readonly token: DependenceToken;
}

/** A region of the program, with what its neighbours need of it. */
interface CoProcRegion {
  readonly stmt: Stmt;
  /** The units that may be the first to run, and those that may be the last. */
  readonly enter: readonly number[];
  readonly exit: readonly number[];
  /** Tokens popped on entry and pushed on exit that are not yet matched. */
  readonly enterPops: readonly DependenceToken[];
  readonly exitPushes: readonly DependenceToken[];
}

/** The first and the last region of a sequence. */
interface Ends {
  readonly first: CoProcRegion;
  readonly last: CoProcRegion;
}

export class DependencePlanner {
  readonly before = new Map<Stmt, TokenAction[]>();
  readonly after = new Map<Stmt, TokenAction[]>();

  constructor(private readonly axis: IterVar) {}

  plan(body: Stmt): void {
    const ends = this.visit(body, undefined);
    if (ends !== undefined) this.close(ends);
  }

  /** Visits a statement that follows `ends`, and returns the ends of both together. */
  private visit(stmt: Stmt, ends: Ends | undefined): Ends | undefined {
    switch (stmt.kind) {
      case "AttrStmt":
        if (stmt.key !== "coproc_scope" || stmt.node !== this.axis) {
          return this.visit(stmt.body, ends);
        }
        return this.append(ends, scopeStretch(stmt));
      case "SeqStmt":
        return stmt.seq.reduce<Ends | undefined>((all, child) => this.visit(child, all), ends);
      case "For":
        return this.append(ends, this.loop(stmt));
      case "IfThenElse":
        return this.append(ends, this.branch(stmt));
      case "LetStmt":
      case "Allocate":
      case "AssertStmt":
        return this.visit(stmt.body, ends);
      case "While":
        throw new UsageError("pass-coprocessor", "a while loop cannot run on a co-processor", {
          span: stmt.span,
        });
      default:
        return ends;
    }
  }

  private append(ends: Ends | undefined, next: CoProcRegion | undefined): Ends | undefined {
    if (next === undefined) return ends;
    if (ends === undefined) return { first: next, last: next };
    this.join(ends.last, next);
    return { first: ends.first, last: next };
  }

  private loop(loop: For): CoProcRegion | undefined {
    const ends = this.visit(loop.body, undefined);
    if (ends === undefined) return undefined;
    // One iteration is followed by the next.
    const { exitPushes, enterPops } = this.join(ends.last, ends.first);
    const { enter } = ends.first;
    const { exit } = ends.last;
    return { stmt: loop, enter, exit, enterPops, exitPushes };
  }

  private branch(branch: IfThenElse): CoProcRegion | undefined {
    const branches = [branch.thenCase, branch.elseCase]
      .map((stmt) => stmt && this.visit(stmt, undefined))
      .filter((ends) => ends !== undefined);
    if (branches.length === 0) return undefined;
    // Neither branch leaves a token behind.
    branches.forEach((ends) => this.close(ends));
    return {
      stmt: branch,
      enter: unitsOf(branches.map((ends) => ends.first.enter)),
      exit: unitsOf(branches.map((ends) => ends.last.exit)),
      enterPops: [],
      exitPushes: [],
    };
  }

  /** Matches the tokens that are open at the two ends, directly outside them. */
  private close({ first, last }: Ends): void {
    this.insert(this.before, first.stmt, "push", first.enterPops);
    this.insert(this.after, last.stmt, "pop", last.exitPushes);
  }

  /**
   * Orders two regions, and balances the tokens between them.
   * @returns The tokens that go from `prev` to `next`.
   */
  private join(
    prev: CoProcRegion,
    next: CoProcRegion,
  ): Pick<CoProcRegion, "exitPushes" | "enterPops"> {
    const wanted = prev.exit
      .flatMap((from) => next.enter.map((to): DependenceToken => [from, to]))
      .filter(([from, to]) => from !== to);
    const newPushes = wanted.filter((token) => !includes(prev.exitPushes, token));
    const newPops = wanted.filter((token) => !includes(next.enterPops, token));
    const pushes = [...prev.exitPushes, ...newPushes];
    const pops = [...next.enterPops, ...newPops];

    this.insert(this.after, prev.stmt, "push", newPushes);
    this.insert(
      this.after,
      prev.stmt,
      "pop",
      pushes.filter((token) => !includes(pops, token)),
    );
    this.insert(this.before, next.stmt, "pop", newPops);
    this.insert(
      this.before,
      next.stmt,
      "push",
      pops.filter((token) => !includes(pushes, token)),
    );
    return {
      exitPushes: pushes.filter((token) => includes(pops, token)),
      enterPops: pops.filter((token) => includes(pushes, token)),
    };
  }

  private insert(
    where: Map<Stmt, TokenAction[]>,
    stmt: Stmt,
    action: TokenAction["action"],
    tokens: readonly DependenceToken[],
  ): void {
    if (tokens.length === 0) return;
    const actions = tokens.map((token) => ({ action, token }));
    const known = where.get(stmt);
    if (known === undefined) where.set(stmt, actions);
    else known.push(...actions);
  }
}

function scopeStretch({ value, body, span }: AttrStmt): CoProcRegion {
  if (value.kind !== "IntImm") {
    throw new UsageError(
      "pass-coprocessor",
      "the unit of a co-processor scope must be a constant",
      {
        span,
      },
    );
  }
  const units = [value.value];
  return { stmt: body, enter: units, exit: units, enterPops: [], exitPushes: [] };
}

/**
 * The units of all lists without repetition, the last first (the order of the reference's sets).
 */
function unitsOf(lists: readonly (readonly number[])[]): number[] {
  const units: number[] = [];
  for (const unit of lists.flat()) {
    if (!units.includes(unit)) units.unshift(unit);
  }
  return units;
}

function includes(tokens: readonly DependenceToken[], [from, to]: DependenceToken): boolean {
  return tokens.some((token) => token[0] === from && token[1] === to);
}
