/** Builds handwritten functions and runs them, without scheduling or lowering. */

import {
  BufferLoad,
  BufferStore,
  declBuffer,
  For,
  IntImm,
  IRModule,
  PrimFunc,
  Ramp,
  SeqStmt,
  Var,
  type Buffer,
  type DataType,
  type ExprLike,
  type ForKind,
  type PrimExpr,
  type Stmt,
} from "../../lib/tvm-ts/src/ir";
import { generateWasm, keepInRegisters, wasmText } from "../../lib/tvm-ts/src/codegen";
import { runPass } from "../../lib/tvm-ts/src/pass";
import { CpuDevice, Module } from "../../lib/tvm-ts/src/runtime";

export const cpu = new CpuDevice(0);

/** A buffer that is a parameter: `name[size]`. */
export function flat(name: string, size: number | PrimExpr, dtype: DataType = "float32"): Buffer {
  return declBuffer([size], dtype, { name });
}

export function load(buffer: Buffer, index: ExprLike): PrimExpr {
  return new BufferLoad(buffer, [expr(index)]);
}

export function store(buffer: Buffer, index: ExprLike, value: PrimExpr): Stmt {
  return new BufferStore(buffer, value, [expr(index)]);
}

/** `buffer[start : start + lanes]` */
export function slice(start: ExprLike, lanes: number, stride = 1): PrimExpr {
  return new Ramp(expr(start), new IntImm(stride), lanes);
}

export function loop(
  name: string,
  extent: ExprLike,
  body: (variable: Var) => Stmt,
  kind: ForKind = "serial",
  min: ExprLike = 0,
): Stmt {
  const variable = new Var(name);
  return new For(variable, expr(min), expr(extent), kind, body(variable));
}

export function seq(...stmts: Stmt[]): Stmt {
  return stmts.length === 1 ? stmts[0]! : new SeqStmt(stmts);
}

function expr(value: ExprLike): PrimExpr {
  return typeof value === "number" ? new IntImm(value) : (value as PrimExpr);
}

/** A function of these buffers and variables. */
export function func(params: readonly (Buffer | Var)[], body: Stmt): PrimFunc {
  const map = new Map<Var, Buffer>();
  const vars = params.map((param) => {
    if (param instanceof Var) return param;
    const handle = new Var(`${param.name}_h`, "handle");
    map.set(handle, param);
    return handle;
  });
  return new PrimFunc(vars, body, map, new Map(), { global_symbol: "main", "tir.noalias": true });
}

/** The function compiled for the CPU. */
export function compile(primFunc: PrimFunc): Module {
  const { binary, record } = generateWasm(runPass(keepInRegisters, IRModule.of("main", primFunc)), {
    target: "wasm",
    device: "cpu",
    entry: "main",
  });
  return Module.of(
    { format: "wasm", code: binary, record, tir: () => "", calls: () => [], imports: [] },
    {
      defaultDevice: () => cpu,
      wasmText,
      writeFile: () => undefined,
      compileLibrary: () => new Uint8Array(0),
      threads: () => undefined,
    },
  );
}
