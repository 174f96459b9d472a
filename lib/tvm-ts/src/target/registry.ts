/**
 * The kinds of targets of this process, by the names that their texts begin with:
 * `"wasm"`, `"c -mtriple=aarch64-linux-gnu"`, `"ext_dev -device=vta"`.
 */

import type { DeviceKind } from "../artifact";
import type { CodeGenerator } from "../codegen";
import { UsageError } from "../support";
import { Target, type TargetFields, type TargetOptions } from "./target";

export interface TargetKind {
  /** The first word of its targets' texts. */
  readonly name: string;
  /** The `-device=` of its texts, by which kinds of the same name differ. */
  readonly device?: string;
  /** The kind of device that its functions run on. */
  readonly deviceKind: DeviceKind;
  readonly generator: CodeGenerator;
  /** What a target of this kind brings: passes, memories, lowerings, a configuration. */
  readonly brings?: (
    target: Target,
  ) => Pick<TargetFields, "passes" | "memories" | "lowerings" | "configuration">;
}

const keyOf = (name: string, device: string | undefined): string =>
  device === undefined ? name : `${name} -device=${device}`;

export class TargetRegistry {
  private readonly kinds = new Map<string, TargetKind>();

  /** Adds a kind of target; another one of its name (and device) is replaced. */
  register(kind: TargetKind): void {
    this.kinds.set(keyOf(kind.name, kind.device), kind);
  }

  /** The names that the texts of targets can begin with. */
  get names(): string[] {
    return [...new Set([...this.kinds.values()].map(({ name }) => name))];
  }

  /**
   * A target from its text. `"llvm"` is any CPU, as in the reference.
   * @throws UsageError for an unknown target or option.
   */
  parse(text: string | Target, options: TargetOptions = {}): Target {
    const host = options.host === undefined ? undefined : this.parse(options.host);
    if (text instanceof Target) return host === undefined ? text : text.with({ host });
    if (typeof text !== "string") {
      throw new UsageError(
        "target",
        `a target is a text such as "wasm" or "c", not ${String(text)}`,
      );
    }
    const [name = "", ...words] = text.trim().split(/\s+/);
    if (!this.names.includes(name)) {
      throw new UsageError(
        "target",
        `there is no target '${name}'; there are ${this.names.join(", ")}`,
      );
    }
    const values = new Map<string, string>();
    for (const word of words) {
      const match = /^--?(keys|device|model|mtriple|libs|mattr|mcpu|mfloat-abi)=(.*)$/.exec(word);
      if (match === null)
        throw new UsageError("target", `'${word}' is not an option of target ${name}`);
      values.set(match[1]!, match[2]!);
    }
    const device = values.get("device");
    const kind = this.kinds.get(keyOf(name, device)) ?? this.kinds.get(name);
    if (kind === undefined) {
      throw new UsageError(
        "target",
        `target ${name} needs -device=, the name of a device that is known here`,
      );
    }
    const target = new Target({
      kind: kind.deviceKind,
      name,
      generator: kind.generator,
      host,
      triple: values.get("mtriple"),
      keys: values.get("keys")?.split(",") ?? [],
      device,
      model: values.get("model"),
    });
    return kind.brings === undefined ? target : target.with(kind.brings(target));
  }
}
