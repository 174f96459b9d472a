/**
 * Targets: what code is generated for.
 *
 * A target object carries everything that is special about it: the passes it adds to lowering, its
 * memories, how its operators are lowered, which code generator it has. No stage compares a target's
 * name.
 */

import type { Configuration, DeviceKind } from "../artifact";
import type { CodeGenerator, CodegenTarget, Lowering } from "../codegen";
import type { Op } from "../ir";
import type { LoweringTarget, MemoryInfo, PlacedPass } from "../pass";

export interface TargetOptions {
  /** For an accelerator: the target of the code that drives it; WebAssembly if left out. */
  readonly host?: string | Target;
}

export interface TargetFields {
  readonly kind: DeviceKind;
  /** `llvm`, `wasm`, `c`, `ext_dev`, or what a kind of target was registered as. */
  readonly name: string;
  /** The machine, as compilers name it; this one if undefined. */
  readonly triple?: string | undefined;
  readonly host?: Target | undefined;
  readonly keys?: readonly string[];
  readonly device?: string | undefined;
  readonly model?: string | undefined;
  readonly generator: CodeGenerator;
  readonly passes?: readonly PlacedPass[];
  readonly memories?: Readonly<Record<string, MemoryInfo>>;
  readonly lowerings?: ReadonlyMap<Op, Lowering>;
  readonly configuration?: Configuration | undefined;
}

export class Target implements LoweringTarget, CodegenTarget {
  /** The kind of device that the functions run on. */
  readonly kind: DeviceKind;
  readonly name: string;
  readonly triple: string | undefined;
  readonly host: Target | undefined;
  readonly keys: readonly string[];
  readonly device: string | undefined;
  readonly model: string | undefined;
  /** Generates what a device of this kind loads. */
  readonly generator: CodeGenerator;
  /** Passes that the target adds to lowering. */
  readonly passes: readonly PlacedPass[];
  /** Its on-chip memories, by storage scope. */
  readonly memories: Readonly<Record<string, MemoryInfo>>;
  /** How the target's own operators are lowered. */
  readonly lowerings: ReadonlyMap<Op, Lowering>;
  /** The configuration that the device must have. */
  readonly configuration: Configuration | undefined;

  constructor(private readonly fields: TargetFields) {
    this.kind = fields.kind;
    this.name = fields.name;
    this.triple = fields.triple;
    this.host = fields.host;
    this.keys = fields.keys ?? [];
    this.device = fields.device;
    this.model = fields.model;
    this.generator = fields.generator;
    this.passes = fields.passes ?? [];
    this.memories = fields.memories ?? {};
    this.lowerings = fields.lowerings ?? new Map();
    this.configuration = fields.configuration;
  }

  /** What runs on the CPU in the reference: the code of the target, or of its host. */
  get code(): "wasm" | "c" {
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
