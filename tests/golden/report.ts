/** The results of the checks, counted by kind. */

import type { Unknown } from "./corpus";

export const KINDS = [
  "lower",
  "script",
  "run",
  "dump",
  "rejects",
  "arith",
  "pipelines",
  "operators",
  "cycles",
  "instructions",
  "hazards",
  "networks",
] as const;
export type GoldenKind = (typeof KINDS)[number];

export interface Mismatch {
  readonly kind: GoldenKind;
  /** The entry and the kind: `te_add lowered`. */
  readonly what: string;
  readonly detail: string;
}

const SHOWN = 20;

export class Report {
  private readonly passed = new Map<GoldenKind, number>();
  private readonly mismatches: Mismatch[] = [];
  /** By group and kind: passed and failed, for kinds that have groups. */
  private readonly groups = new Map<string, Map<GoldenKind, [number, number]>>();

  /** @param unknown What the folders hold besides golden entries. */
  constructor(private readonly unknown: readonly Unknown[] = []) {}

  pass(kind: GoldenKind): void {
    this.passed.set(kind, (this.passed.get(kind) ?? 0) + 1);
  }

  fail(kind: GoldenKind, what: string, detail: string): void {
    this.mismatches.push({ kind, what, detail });
  }

  /**
   * Passes when `check` returns nothing; its text, or the error it throws, is the mismatch.
   * @param group under which it is also counted
   */
  async check(
    kind: GoldenKind,
    what: string,
    check: () => string | undefined | Promise<string | undefined>,
    group?: string,
  ): Promise<void> {
    let detail: string | undefined;
    try {
      detail = await check();
    } catch (error) {
      detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
    if (detail === undefined) this.pass(kind);
    else this.fail(kind, what, detail);
    if (group !== undefined) this.count(group, kind, detail === undefined);
  }

  private count(group: string, kind: GoldenKind, passed: boolean): void {
    const kinds = this.groups.get(group) ?? new Map<GoldenKind, [number, number]>();
    this.groups.set(group, kinds);
    const counts = kinds.get(kind) ?? [0, 0];
    kinds.set(kind, counts);
    counts[passed ? 0 : 1]++;
  }

  get failures(): number {
    return this.mismatches.length;
  }

  toJSON(): object {
    return {
      kinds: Object.fromEntries(
        this.rows().map(([kind, passed, failed]) => [kind, { passed, failed }]),
      ),
      mismatches: this.mismatches,
      ...(this.groups.size > 0 && {
        groups: Object.fromEntries(
          [...this.groups].map(([group, kinds]) => [group, Object.fromEntries(kinds)]),
        ),
      }),
      unknown: this.unknown,
    };
  }

  print(write: (line: string) => void): void {
    for (const { kind, what, detail } of this.mismatches.slice(0, SHOWN)) {
      write(`${kind} ${what}\n${indent(detail)}`);
    }
    if (this.failures > SHOWN) write(`... and ${this.failures - SHOWN} more mismatches`);
    write("");
    write("kind         passed  failed");
    for (const [kind, passed, failed] of this.rows()) {
      write(`${kind.padEnd(10)} ${String(passed).padStart(8)}${String(failed).padStart(8)}`);
    }
    this.printGroups(write);
    const passed = this.rows().reduce((sum, row) => sum + row[1], 0);
    this.printUnknown(write);
    const unknown = this.unknown.length === 0 ? "" : `, ${this.unknown.length} not known`;
    write(`golden: ${passed} passed, ${this.failures} failed${unknown}`);
  }

  /** `w128 load: cycles 25 of 25, instructions 25 of 25`. */
  private printGroups(write: (line: string) => void): void {
    if (this.groups.size > 0) write("");
    for (const [group, kinds] of this.groups) {
      const counts = [...kinds].map(
        ([kind, [passed, failed]]) => `${kind} ${passed} of ${passed + failed}`,
      );
      write(`${group.padEnd(18)} ${counts.join(", ")}`);
    }
  }

  /** One line a file and reason: `cycles/real.jsonl: fields name, address, stream (40 times)`. */
  private printUnknown(write: (line: string) => void): void {
    if (this.unknown.length === 0) return;
    const counts = new Map<string, number>();
    for (const { path, reason } of this.unknown) {
      const line = `${path}: ${reason}`;
      counts.set(line, (counts.get(line) ?? 0) + 1);
    }
    write("\nnot known, and not checked:");
    for (const [line, count] of counts)
      write(indent(count === 1 ? line : `${line} (${count} times)`));
  }

  private rows(): [GoldenKind, number, number][] {
    return KINDS.map((kind): [GoldenKind, number, number] => [
      kind,
      this.passed.get(kind) ?? 0,
      this.mismatches.filter((mismatch) => mismatch.kind === kind).length,
    ]).filter(([, passed, failed]) => passed + failed > 0);
  }
}

function indent(text: string): string {
  return text.replace(/^/gm, "    ");
}

/** The first line that differs, or nothing when the texts are equal. */
export function firstDifference(expected: string, actual: string): string | undefined {
  if (expected === actual) return undefined;
  const left = expected.split("\n");
  const right = actual.split("\n");
  const line = left.findIndex((text, i) => text !== right[i]);
  const at = line < 0 ? left.length : line;
  return `line ${at + 1}\nexpected: ${left[at] ?? "(end)"}\nactual:   ${right[at] ?? "(end)"}`;
}
