/**
 * Lets objects show themselves in a notebook: a front end calls the method named
 * `Symbol.for("Jupyter.display")` and gets a MIME bundle. The method is added from here, so that no
 * stage of the compiler knows how it is drawn.
 */

import {
  Allocate,
  AssertStmt,
  AttrStmt,
  Buffer,
  BufferRealize,
  BufferStore,
  Evaluate,
  For,
  IfThenElse,
  IRModule,
  LetStmt,
  Operand,
  Prefetch,
  PrimFunc,
  printStmt,
  ProducerRealize,
  ProducerStore,
  Range,
  SeqStmt,
  While,
  type Stmt,
} from "../ir";
import { LowerTrace } from "../pass";
import {
  LocalArray,
  LocalDevice,
  LocalSession,
  RemoteArray,
  RemoteDevice,
  RemoteSession,
  TrackerSession,
} from "../rpc";
import { CpuDevice, Module, NDArray, np } from "../runtime";
import * as te from "../te";
import { irBundle, passBundle, scheduleBundle, tensorBundle, tensorDiffBundle } from "./bundle";
import type { MimeBundle } from "./mime";
import { DISPLAY, Picture } from "./picture";
import type { MemorySizes } from "./schedule-view";
import type { Tolerance } from "./tensor-diff-view";
import type { TensorSource } from "./tensor-view";

/** What Node's `console.log` calls. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

type AnyArray = NDArray | np.ndarray;

/** How the data is in an array. */
export interface LayoutOption {
  /**
   * A letter for each axis, inner parts small: `NCHWnc`, or with block sizes `NCHW1n16c`. The
   * picture can then be unpacked.
   */
  readonly layout?: string;
}

/**
 * The values of an array as a heatmap, headed by `name`, or else by that of its variable.
 *
 *     tvm.view.heatmap(A, "A")
 *     tvm.view.heatmap(packed, "data", { layout: "NCHWnc" })
 *
 * @throws UsageError when the layout does not fit the shape.
 */
export function heatmap(array: AnyArray, name?: string, { layout }: LayoutOption = {}): Picture {
  const source = sourceOf(array);
  return new Picture(tensorBundle({ ...source, name: name ?? source.name, layout }, String(array)));
}

/**
 * Where and by how much two arrays of one shape differ.
 * @throws UsageError when the shapes differ, or the layout does not fit them.
 */
export function difference(
  actual: AnyArray,
  expected: AnyArray,
  { layout, ...tolerance }: Tolerance & LayoutOption = {},
): Picture {
  const source = { ...sourceOf(actual), layout };
  return new Picture(tensorDiffBundle(source, sourceOf(expected), tolerance));
}

/** @param shown what the user named, if that is not the array itself */
function sourceOf(array: AnyArray, shown: object = array): TensorSource {
  const { shape, dtype, data } = array instanceof NDArray ? array.numpy() : array;
  return { name: variableName(shown), shape, dtype, data };
}

/** The session's variable that holds `value`, where a kernel knows its variables. */
function variableName(value: object): string | undefined {
  const { jupyter } = globalThis as {
    jupyter?: { variables?: () => ReadonlyMap<string, unknown> };
  };
  for (const [name, held] of jupyter?.variables?.() ?? []) if (held === value) return name;
  return undefined;
}

/** Statements have no common class that is exported. */
const STATEMENTS = [
  Allocate,
  AssertStmt,
  AttrStmt,
  BufferRealize,
  BufferStore,
  Evaluate,
  For,
  IfThenElse,
  LetStmt,
  Prefetch,
  ProducerRealize,
  ProducerStore,
  SeqStmt,
  While,
];

/** Objects whose text is all there is to see. */
const TEXTS = [
  Operand,
  Range,
  Buffer,
  te.Tensor,
  te.PlaceholderOp,
  te.ComputeOp,
  te.TensorComputeOp,
  te.ScanOp,
  te.ExternOp,
  CpuDevice,
  Module,
  LocalSession,
  LocalDevice,
  RemoteSession,
  RemoteDevice,
  TrackerSession,
];

/** One number is read, not looked at. */
function arrayBundle(array: AnyArray, shown: object = array): MimeBundle {
  const text = String(array);
  const isFreed = array instanceof NDArray && array.isFreed;
  const isSingle = array.shape.every((extent) => extent === 1);
  return isFreed || isSingle ? { "text/plain": text } : tensorBundle(sourceOf(array, shown), text);
}

/** An array elsewhere is fetched, and shows itself as one that is here. */
async function remoteBundle(remote: RemoteArray): Promise<MimeBundle> {
  if (remote.isFreed) return { "text/plain": String(remote) };
  return arrayBundle(await remote.numpy(), remote);
}

/**
 * Called once, by the package's index.
 * @param memorySizes the on-chip memories that schedules can name at the time
 */
export function installDisplays(memorySizes: () => MemorySizes): void {
  const scheduleForms = (shown: te.Schedule | te.Stage) => scheduleBundle(shown, memorySizes());
  showAs(IRModule, irBundle);
  showAs(PrimFunc, irBundle);
  for (const type of STATEMENTS) showAs<Stmt>(type, irBundle, (stmt) => printStmt(stmt).text);
  showAs(te.Schedule, scheduleForms);
  showAs(te.Stage, scheduleForms);
  showAs(LowerTrace, passBundle);
  showAs(NDArray, (array) => arrayBundle(array));
  showAs(np.ndarray, (array) => arrayBundle(array));
  showAs(RemoteArray, remoteBundle);
  showAs(LocalArray, (local) => arrayBundle(local.array, local));
  for (const type of TEXTS) showAs<object>(type, (value) => ({ "text/plain": String(value) }));
}

/**
 * Has the objects of a class show themselves by `bundle` in a notebook, and by `text` in a terminal.
 */
export function showAs<T extends object>(
  type: { readonly prototype: T },
  bundle: (value: T) => MimeBundle | Promise<MimeBundle>,
  text: (value: T) => string = String,
): void {
  const define = (name: symbol, value: (this: T) => unknown): void => {
    Object.defineProperty(type.prototype, name, { value, configurable: true });
  };
  define(DISPLAY, function () {
    return bundle(this);
  });
  define(INSPECT, function () {
    return text(this);
  });
}
