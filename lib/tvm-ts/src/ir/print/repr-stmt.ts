/** The text of statements in messages: loops and their bodies, with names only. */

import type { Stmt } from "../stmt";
import { reprExpr, reprList } from "./repr";

/**
 *     for (i0, 0, 2) {
 *       B[i0] = (A[i0] + 1)
 *     }
 */
export function reprStmt(stmt: Stmt): string {
  return lines(stmt).join("\n");
}

function lines(stmt: Stmt): string[] {
  switch (stmt.kind) {
    case "For":
      return block(
        `for (${stmt.loopVar.name}, ${reprExpr(stmt.min)}, ${reprExpr(stmt.extent)})` +
          (stmt.forKind === "serial" ? "" : ` "${stmt.forKind}"`),
        stmt.body,
      );
    case "IfThenElse":
      return [
        ...block(`if ${reprExpr(stmt.condition)}`, stmt.thenCase),
        ...(stmt.elseCase === undefined ? [] : block("else", stmt.elseCase)),
      ];
    case "While":
      return block(`while ${reprExpr(stmt.condition)}`, stmt.body);
    case "SeqStmt":
      return stmt.seq.flatMap(lines);
    case "BufferStore":
      return [`${stmt.buffer.name}${reprList(stmt.indices)} = ${reprExpr(stmt.value)}`];
    case "ProducerStore":
      return [`${stmt.producer.name}${reprList(stmt.indices)} = ${reprExpr(stmt.value)}`];
    case "Evaluate":
      return [reprExpr(stmt.value)];
    case "LetStmt":
      return [`let ${stmt.var_.name} = ${reprExpr(stmt.value)}`, ...lines(stmt.body)];
    case "AttrStmt":
      return [`attr "${stmt.key}" = ${reprExpr(stmt.value)}`, ...lines(stmt.body)];
    case "Allocate":
      return [`allocate ${stmt.bufferVar.name}${reprList(stmt.extents)}`, ...lines(stmt.body)];
    case "BufferRealize":
      return [`realize ${stmt.buffer.name}`, ...lines(stmt.body)];
    case "ProducerRealize":
      return [`realize ${stmt.producer.name}`, ...lines(stmt.body)];
    case "AssertStmt":
      return [`assert ${reprExpr(stmt.condition)}`, ...lines(stmt.body)];
    case "Prefetch":
      return [`prefetch ${stmt.buffer.name}`];
  }
}

function block(head: string, body: Stmt): string[] {
  return [`${head} {`, ...lines(body).map((line) => `  ${line}`), "}"];
}
