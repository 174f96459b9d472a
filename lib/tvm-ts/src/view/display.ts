/**
 * Displays of objects in notebooks: the kernel calls an object's method
 * `Symbol.for("Jupyter.display")` and gets a MIME bundle. The methods are installed here, so that
 * the compiler does not depend on views.
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

/** The method that Node's `console.log` calls. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

type AnyArray = NDArray | np.ndarray;

/** The layout of an array's data. */
export interface LayoutOption {
  /**
   * A letter for each axis, with inner parts in lower case: `NCHWnc`, or with block sizes
   * `NCHW1n16c`. The view can then unpack the data.
   */
  readonly layout?: string;
}

/**
 * The values of an array as a heatmap, with the title `name`, or the name of its variable.
 *
 *     tvm.view.heatmap(A, "A")
 *     tvm.view.heatmap(packed, "data", { layout: "NCHWnc" })
 *
 * @throws UsageError when the layout does not match the shape.
 */
export function heatmap(array: AnyArray, name?: string, { layout }: LayoutOption = {}): Picture {
  const source = sourceOf(array);
  return new Picture(tensorBundle({ ...source, name: name ?? source.name, layout }, String(array)));
}

/**
 * The difference of two arrays of the same shape.
 * @throws UsageError when the shapes differ, or the layout does not match them.
 */
export function difference(
  actual: AnyArray,
  expected: AnyArray,
  { layout, ...tolerance }: Tolerance & LayoutOption = {},
): Picture {
  const source = { ...sourceOf(actual), layout };
  return new Picture(tensorDiffBundle(source, sourceOf(expected), tolerance));
}

/** @param shown the object that the user's variable holds, if it is not `array` */
function sourceOf(array: AnyArray, shown: object = array): TensorSource {
  const { shape, dtype, data } = array instanceof NDArray ? array.numpy() : array;
  return { name: variableName(shown), shape, dtype, data };
}

/** The name of the notebook's variable that holds `value`, if the kernel provides its variables. */
function variableName(value: object): string | undefined {
  const { jupyter } = globalThis as {
    jupyter?: { variables?: () => ReadonlyMap<string, unknown> };
  };
  for (const [name, held] of jupyter?.variables?.() ?? []) if (held === value) return name;
  return undefined;
}

/** The classes of statements, which have no common exported base class. */
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

/** Classes of objects that are displayed as text. */
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

/** A single number is displayed as text. */
function arrayBundle(array: AnyArray, shown: object = array): MimeBundle {
  const text = String(array);
  const isFreed = array instanceof NDArray && array.isFreed;
  const isSingle = array.shape.every((extent) => extent === 1);
  return isFreed || isSingle ? { "text/plain": text } : tensorBundle(sourceOf(array, shown), text);
}

/** Copies a remote array to the host and displays the copy. */
async function remoteBundle(remote: RemoteArray): Promise<MimeBundle> {
  if (remote.isFreed) return { "text/plain": String(remote) };
  return arrayBundle(await remote.numpy(), remote);
}

/**
 * Installs the displays; the package's index calls it once.
 * @param memorySizes returns the current sizes of on-chip memories, by scope
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

/** Displays the objects of a class by `bundle` in a notebook, and by `text` in a terminal. */
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
