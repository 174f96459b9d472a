/**
 * Outlines statements that other code runs: the body of a parallel loop (worker threads), and code
 * that a runtime records (`coproc_uop_scope`).
 */

import { Var, type AttrStmt, type For } from "../../ir";
import { IMPORTS } from "../../artifact";
import { UsageError } from "../../support";
import type { Ref } from "./binaryen";
import { freeVariables } from "../free-variables";
import { FRAME_LOCAL, FunctionContext } from "./function-context";
import type { StatementEmitter } from "./statement";

/** Bytes of a variable in the memory that passes it to a parallel body. */
const SLOT_BYTES = 8;

/**
 *     parallel for x { body(x, a, b) }
 *     ->  [a, b] to memory;  host.parallel(number, memory, first, end)
 *         export "parallel.0"(frame, memory, first, end) { for x in first..end { body(x, a, b) } }
 */
export function emitParallel(outer: StatementEmitter, loop: For): Ref {
  const { fn } = outer;
  const { module } = fn;
  const { m, b } = module;
  const variables = freeVariables(loop.body).filter((variable) => variable !== loop.loopVar);
  const inner = new FunctionContext(module, [b.i32, b.i32, b.i32, b.i32], true);
  const [memory, first, end] = [1, 2, 3] as const;
  const loads = variables.map((variable, i) => {
    const local = inner.newLocal(module.typeOf(variable.dtype));
    inner.bind(variable, { kind: "local", locals: [local], scope: inner.root });
    const at = { pointer: inner.get(memory), offset: i * SLOT_BYTES };
    return { local, variable, at };
  });
  const emitter = outer.inside(inner);
  for (const { local, variable, at } of loads) {
    inner.root.prelude.push(inner.set(local, emitter.scalar.read(slotType(variable), at)));
  }
  const begin = new Var("begin");
  const stop = new Var("end");
  inner.bind(begin, { kind: "local", locals: [first], scope: inner.root });
  inner.bind(stop, { kind: "local", locals: [end], scope: inner.root });
  const min = begin.astype(loop.loopVar.dtype);
  const extent = stop.sub(begin).astype(loop.loopVar.dtype);
  const body = emitter.loop({ loopVar: loop.loopVar, min, extent, body: loop.body });
  const number = module.parallels.length;
  const name = `parallel.${number}`;
  module.parallels.push({
    body: name,
    frame: inner.frameBytes,
    anyThread: !inner.usesMainThread,
  });
  inner.addTo(name, b.none, emitter.block([...inner.root.prelude, body]));
  return fn.withFrame(variables.length * SLOT_BYTES, (offset) => {
    const stores = variables.map((variable, i) => {
      const at = { pointer: fn.get(FRAME_LOCAL), offset: offset + i * SLOT_BYTES };
      return outer.scalar.write(slotType(variable), at, outer.scalar.emit(variable));
    });
    const types = [b.i32, b.i32, b.i32, b.i32];
    const run = module.importFunction(IMPORTS.host, "parallel", types, b.none);
    fn.usesMainThread = true;
    const address = m.i32.add(fn.get(FRAME_LOCAL), m.i32.const(offset));
    const bound = (value: For["min"]): Ref => outer.scalar.emit(value.astype("int32"));
    const args = [m.i32.const(number), address, bound(loop.min), bound(loop.min.add(loop.extent))];
    return outer.block([...stores, m.call(run, args, b.none)]);
  });
}

/**
 *     attr "coproc_uop_scope" = "Record" { body(a, b) }
 *     ->  recording.0(a, b)
 *         export "recording.0"(frame, a, b) { body(a, b) }
 */
export function emitRecording(outer: StatementEmitter, { value, body }: AttrStmt): Ref {
  if (value.kind !== "StringImm")
    throw new UsageError("build-operator", "the value of coproc_uop_scope must be a function name");
  const { fn } = outer;
  const { module } = fn;
  const { m, b } = module;
  const variables = freeVariables(body);
  const types = variables.map((variable) => module.typeOf(variable.dtype));
  const inner = new FunctionContext(module, [b.i32, ...types], fn.inParallel);
  variables.forEach((variable, i) => {
    inner.bind(variable, { kind: "local", locals: [i + 1], scope: inner.root });
  });
  const callNumber = module.nextExternalCall();
  const number = module.recordings.length;
  const name = `recording.${number}`;
  module.recordings.push({ function: value.value, body: name, frame: 0 });
  inner.addTo(name, b.none, outer.inside(inner).body(body));
  module.recordings[number] = { function: value.value, body: name, frame: inner.frameBytes };
  const run = module.importFunction(IMPORTS.recording, String(number), types, b.none);
  fn.usesMainThread = true;
  const call = m.call(
    run,
    variables.map((variable) => outer.scalar.emit(variable)),
    b.none,
  );
  return module.externalCall(callNumber, call);
}

/** Addresses are passed as 32-bit numbers. */
function slotType(variable: Var): Var["dtype"] {
  return variable.dtype === "handle" ? "uint32" : variable.dtype;
}
