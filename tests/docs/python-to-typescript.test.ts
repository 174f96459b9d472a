/** docs/python-to-typescript.md: the names that it lists exist, and it lists every name of the reference. */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { Language } from "../../kernel/src/language/language";
import { buildPackages, root } from "../support/jupyter-env";
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";

const { te, tir } = tvm;

/** The public names of the reference's `tvm.te`. */
const TE_NAMES = `
  AXIS_SEPARATOR ComputeOp ExternOp HybridOp PlaceholderOp ScanOp Schedule SpecializedCondition Stage
  Tensor TensorComputeOp TensorSlice abs acos acosh all any asin asinh atan atanh autodiff ceil
  comm_reducer compute const cos cosh create_prim_func create_schedule decl_tensor_intrin div erf exp
  extern extern_primfunc floor floordiv floormod fmod gradient hybrid if_then_else indexdiv indexmod
  isfinite isinf isnan log log10 log2 max max_value min min_value nearbyint operation placeholder
  popcount power reduce_axis round rsqrt scan schedule sigmoid sin sinh size_var sqrt sum tag
  tag_scope tan tanh tensor tensor_intrin thread_axis trace trunc truncdiv truncmod var`;

/** The methods and fields of its classes. */
const MEMBERS: Readonly<Record<string, string>> = {
  Schedule: `cache_read cache_write create_group normalize rfactor outputs stages groups stage_map`,
  Stage: `bind compute_at compute_inline compute_root double_buffer env_threads fuse parallel pragma
    prefetch reorder rolling_buffer set_scope set_store_predicate split storage_align tensorize tile
    transform_layout unroll vectorize op origin_op all_iter_vars leaf_iter_vars relations
    iter_var_attrs attach_type attach_ivar attach_stage scope is_output layout_transforms
    axis_separators group num_child_stages`,
  Tensor: `astype axis dtype equal name ndim op shape value_index`,
  TensorSlice: `asobject astype dtype equal`,
  Operation: `attrs input_tensors name num_outputs output tag`,
  PlaceholderOp: `dtype shape`,
  BaseComputeOp: `axis reduce_axis`,
  ComputeOp: `body`,
  ScanOp: `init inputs scan_axis spatial_axis_ state_placeholder update`,
  ExternOp: `body input_placeholders inputs output_placeholders`,
  IterVar: `dom iter_type span thread_tag var`,
};

interface Row {
  readonly theirs: readonly string[];
  readonly ours: readonly string[];
  readonly note: string;
}

/** The rows of the tables, with the code in each cell. */
function rows(): Row[] {
  const text = readFileSync(new URL("../../docs/python-to-typescript.md", import.meta.url), "utf8");
  const lists = text.slice(text.indexOf("## tvm.te: declaring"));
  const code = (cell: string): string[] =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, span]) => span!);
  return [...lists.matchAll(/^\| (?!TVM 0\.10|--)(.*) \|$/gm)].map(([, line]) => {
    const [theirs, ours, note] = line!.split(/(?<!\\)\|/).map((cell) => cell.trim());
    return { theirs: code(theirs!), ours: code(ours!), note: note! };
  });
}

/** An object of each class whose members the tables name. */
function examples(TrackerSession: object): Readonly<Record<string, object>> {
  const A = te.placeholder([8], { name: "A" });
  const B = te.compute([8], (i) => A(i).add(1), "B");
  const E = te.extern([8], [A], () => tir.noOp(), { name: "E" });
  const state = te.placeholder([8, 1], { name: "state" });
  const init = te.compute([1, 1], () => tir.constant(0, "float32"), "init");
  const update = te.compute([8, 1], (t, i) => state(t.sub(1), i!), "update");
  const ScanOp = te.scan(init, update, state).op;
  const s = te.createSchedule(B);
  const module = tvm.lower(s, [A, B]);
  return {
    Schedule: s,
    Stage: s.stage(B),
    Tensor: A,
    PrimExpr: A(0),
    Operation: B.op,
    PlaceholderOp: A.op,
    ComputeOp: B.op,
    ScanOp,
    ExternOp: E.op,
    IterVar: B.op.axis[0]!,
    Buffer: tir.declBuffer([8]),
    IRBuilder: tir.irBuilder(),
    IRModule: module,
    NDArray: tvm.nd.empty([1]),
    Module: tvm.build(module),
    Environment: vta.getEnv(),
    Session: tvm.rpc.localSession(),
    TrackerSession,
  };
}

/** A session with a tracker that has ended. */
async function trackerSession(): Promise<object> {
  const tracker = await tvm.rpc.startTracker({ port: 0 });
  try {
    const session = await tvm.rpc.connectTracker("127.0.0.1", tracker.port);
    await session.close();
    return session;
  } finally {
    await tracker.close();
  }
}

const namespaces: Readonly<Record<string, unknown>> = { ...tvm, tvm, vta };

function exists(name: string, objects: Readonly<Record<string, unknown>>): boolean {
  const [first, ...rest] = name.split(".");
  let here: unknown = objects[first!];
  for (const part of rest) {
    if (!(part in Object(here))) return false;
    here = (here as Record<string, unknown>)[part];
  }
  return rest.length > 0 || here !== undefined;
}

/** Declarations of the names in the tables' code, for a cell that checks the code. */
const SETTING = `
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
import { te, tir, topi, np, nd, rpc, utils, PassContext } from "tvm-ts";
const { arith, transforms } = tvm;
declare const Schedule: te.Schedule, Stage: te.Stage, Tensor: te.Tensor, Operation: te.Operation;
declare const PlaceholderOp: te.PlaceholderOp, ComputeOp: te.ComputeOp, ScanOp: te.ScanOp, ExternOp: te.ExternOp;
declare const IterVar: tir.IterVar, PrimExpr: tir.PrimExpr, Buffer: tir.Buffer, IRModule: tir.IRModule;
declare const IRBuilder: ReturnType<typeof tir.irBuilder>, Module: ReturnType<typeof tvm.build>;
declare const Session: tvm.Session, TrackerSession: tvm.TrackerSession;
declare const NDArray: tvm.NDArray, Environment: vta.Environment, env: vta.Environment;
declare const A: te.Tensor, B: te.Tensor, C: te.Tensor, P: te.Tensor, Q: te.Tensor;
declare const s: te.Schedule, at: te.Stage["attachment"], op: te.ComputeOp, mod: tir.IRModule, stmt: tir.Stmt;
declare const x: tir.IterVar, y: tir.IterVar, k: tir.IterVar, ko: tir.IterVar, ki: tir.IterVar;
declare const i: tir.Var, j: tir.Var, a: tir.PrimExpr, b: tir.PrimExpr, value: tir.PrimExpr, where: tir.PrimExpr;
declare const inputs: te.Tensor[], outputs: te.Tensor[], init: te.Tensor[], update: te.Tensor[], state: te.Tensor[];
declare const shape: tir.PrimExpr[], strides: tir.PrimExpr[], buffer: tir.Buffer, ib: ReturnType<typeof tir.irBuilder>;
declare const m: number, n: number, axis: number, offset: number, offsetFactor: number, keepdims: boolean;
declare const name: string, dtype: string, scope: string, context: PassContext, defaultBufferParams: {}, hole: any;
declare const p: ReturnType<typeof ib.allocate>;
`;

/** Code of a note in a form that compiles: what it leaves open has type `any`. */
function complete(code: string): string {
  const filled = code.replaceAll("=> ...", "=> hole").replaceAll("{ ... }", "{ return hole; }");
  return filled.startsWith("{") ? `{ (${filled}); }` : `{ ${filled}; }`;
}

describe("the code in the table", () => {
  let language: Language;
  let declarations: string;
  const refused = (codes: Iterable<string>): string[] =>
    [...codes].flatMap((code) => {
      const conversion = language.convert(declarations, code, "cell [2]");
      return conversion.ok ? [] : [`${code} → ${conversion.diagnostics[0]!.message}`];
    });

  beforeAll(() => {
    buildPackages();
    language = new Language(root);
    const conversion = language.convert("", SETTING, "cell [1]");
    if (!conversion.ok) throw new Error(JSON.stringify(conversion.diagnostics));
    declarations = conversion.declarations;
  }, 300_000);

  test("every name of ours is checked as it is written in a cell", () => {
    const names = new Set(rows().flatMap(({ ours }) => ours));
    expect(names.size).toBeGreaterThan(300);
    // All at once; if that fails, one by one, to name the one that fails.
    const all = [...names].map((name) => `void ${name};`);
    if (refused([all.join("\n")]).length > 0) expect(refused(all)).toEqual([]);
  }, 120_000);

  test("every call and condition in a note is", () => {
    const codes = rows().flatMap(({ note }) => [...note.matchAll(/`([^`]+)`/g)]);
    const notes = new Set(codes.map(([, code]) => code!).filter((code) => code.includes("(")));
    expect(notes.size).toBeGreaterThan(30);
    expect(refused([...notes].map(complete))).toEqual([]);
  }, 120_000);
});

const words = (text: string): string[] => text.trim().split(/\s+/);

describe("the table of names", () => {
  const table = rows();

  test("every name of ours exists", async () => {
    await tvm.ready();
    const objects = { ...namespaces, ...examples(await trackerSession()) };
    const ours = new Set(table.flatMap((row) => row.ours));
    expect(ours.size).toBeGreaterThan(300);
    expect([...ours].filter((name) => !exists(name, objects))).toEqual([]);
  });

  test("a name that is not here is explained", () => {
    const unexplained = table.filter(({ ours, note }) => ours.length === 0 && note === "");
    expect(unexplained).toEqual([]);
  });

  const theirs = new Set(table.flatMap((row) => row.theirs));

  test("every public name of tvm.te has a row", () => {
    expect(words(TE_NAMES).filter((name) => !theirs.has(`te.${name}`))).toEqual([]);
  });

  test.each(Object.keys(MEMBERS))("every member of %s has a row", (owner) => {
    const missing = words(MEMBERS[owner]!).filter((name) => !theirs.has(`${owner}.${name}`));
    expect(missing).toEqual([]);
  });
});
