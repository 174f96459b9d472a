/**
 * Targets: what code is generated for.
 *
 * A target object carries everything that is special about it, such as how its operators are
 * lowered; no stage asks for a target by name.
 */

import type { Call, Op, PrimExpr } from "../ir";
import { UsageError } from "../support";
import type { Configuration } from "../runtime";

/** How a call of a target's own operator is expressed with what every target has. */
export type Lowering = (call: Call) => PrimExpr;

/** What can be generated for a CPU. */
export type CodeKind = "wasm" | "c";

export interface TargetOptions {
  /** For an accelerator: the target of the code that drives it; WebAssembly if left out. */
  readonly host?: string | Target;
}

interface TargetFields {
  readonly kind: "cpu" | "ext_dev";
  /** `llvm`, `wasm`, `c` or `ext_dev`. */
  readonly name: string;
  /** The machine, as compilers name it; this one if undefined. */
  readonly triple?: string | undefined;
  readonly host?: Target | undefined;
  readonly keys?: readonly string[];
  readonly device?: string | undefined;
  readonly model?: string | undefined;
  readonly lowerings?: ReadonlyMap<Op, Lowering>;
  readonly configuration?: Configuration | undefined;
}

export class Target {
  readonly kind: "cpu" | "ext_dev";
  readonly name: string;
  readonly triple: string | undefined;
  readonly host: Target | undefined;
  readonly keys: readonly string[];
  readonly device: string | undefined;
  readonly model: string | undefined;
  /** How the target's own operators are lowered. */
  readonly lowerings: ReadonlyMap<Op, Lowering>;
  /** What the device must be configured as. */
  readonly configuration: Configuration | undefined;

  constructor(private readonly fields: TargetFields) {
    this.kind = fields.kind;
    this.name = fields.name;
    this.triple = fields.triple;
    this.host = fields.host;
    this.keys = fields.keys ?? [];
    this.device = fields.device;
    this.model = fields.model;
    this.lowerings = fields.lowerings ?? new Map();
    this.configuration = fields.configuration;
  }

  /** What is generated for the CPU: of the target, or of its host. */
  get code(): CodeKind {
    if (this.kind === "ext_dev") return this.host?.code ?? "wasm";
    return this.name === "c" || this.triple !== undefined ? "c" : "wasm";
  }

  /** A target that differs in the given fields. */
  with(changes: Partial<Omit<TargetFields, "kind" | "name">>): Target {
    return new Target({ ...this.fields, ...changes });
  }

  /** `ext_dev -keys=vta,cpu -device=vta`, as the reference writes it. */
  toString(): string {
    const options = [
      this.keys.length > 0 ? `-keys=${this.keys.join(",")}` : "",
      this.device === undefined ? "" : `-device=${this.device}`,
      this.model === undefined ? "" : `-model=${this.model}`,
      this.triple === undefined ? "" : `-mtriple=${this.triple}`,
    ];
    return [this.name, ...options.filter((option) => option !== "")].join(" ");
  }

  /** What Node's console shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

const NAMES = ["wasm", "c", "llvm", "ext_dev"];

/**
 * A target from its text: `"wasm"`, `"c -mtriple=aarch64-linux-gnu"`, `"ext_dev -device=vta"`.
 * `"llvm"` is any CPU, as in the reference: WebAssembly, or C where a triple names another machine.
 * @throws UsageError for an unknown target or option.
 */
export function target(text: string | Target, options: TargetOptions = {}): Target {
  const host = options.host === undefined ? undefined : target(options.host);
  if (text instanceof Target) return host === undefined ? text : text.with({ host });
  if (typeof text !== "string") {
    throw new UsageError(`a target is a text such as "wasm" or "c", not ${String(text)}`);
  }
  const [name = "", ...words] = text.trim().split(/\s+/);
  if (!NAMES.includes(name)) {
    throw new UsageError(`there is no target '${name}'; there are ${NAMES.join(", ")}`);
  }
  const values = new Map<string, string>();
  for (const word of words) {
    const match = /^--?(keys|device|model|mtriple|libs|mattr|mcpu|mfloat-abi)=(.*)$/.exec(word);
    if (match === null) throw new UsageError(`'${word}' is not an option of target ${name}`);
    values.set(match[1]!, match[2]!);
  }
  return new Target({
    kind: name === "ext_dev" ? "ext_dev" : "cpu",
    name,
    host,
    triple: values.get("mtriple"),
    keys: values.get("keys")?.split(",") ?? [],
    device: values.get("device"),
    model: values.get("model"),
  });
}
