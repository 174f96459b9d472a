/** An analyzer with the ranges of all loops and threads, and the values of lets, of a statement. */

import { Analyzer } from "../../arith";
import { IntImm, Range, walk, type IterVar, type Stmt } from "../../ir";

/**
 * An analyzer with every loop variable, thread index and let of `stmt` bound. It does not use
 * conditions, so its results hold anywhere in the statement.
 */
export function boundAnalyzer(stmt: Stmt): Analyzer {
  const analyzer = new Analyzer();
  walk(stmt, {
    For: (loop) => analyzer.bind(loop.loopVar, new Range(loop.min, loop.extent)),
    LetStmt: (let_) => analyzer.bind(let_.var_, let_.value),
    Let: (let_) => analyzer.bind(let_.var_, let_.value),
    AttrStmt: (attr) => {
      if (attr.key !== "thread_extent" && attr.key !== "virtual_thread") return;
      const zero = new IntImm(0, attr.value.dtype);
      analyzer.bind((attr.node as IterVar).var_, new Range(zero, attr.value));
    },
  });
  return analyzer;
}
