/**
 * Runs a lowered VTA program from its text, without the compiler.
 *
 * Only the forms that lowered VTA functions consist of are understood: loops, lets, attributes and
 * calls of the runtime. Each `coproc_uop_scope` becomes a call with a recording body whose signature
 * is the variables it uses.
 */

import { createHash } from "node:crypto";
import { Environment, samples, VtaDevice, type VtaConfig } from "vta-ts";

/** A program as its golden files describe it. */
export interface ReplayProgram {
  readonly name: string;
  readonly config?: VtaConfig;
  /** The text of the lowered function. */
  readonly lower: string;
  /** Inputs by name: `[lowest, highest (not included), seed]`. */
  readonly inputs: Readonly<Record<string, readonly [number, number, number]>>;
  readonly stats: Readonly<Record<string, number>>;
  /** The digest of the last parameter's bytes. */
  readonly sha256: string;
  readonly dump?: string;
}

interface Parameter {
  readonly name: string;
  readonly pointer: string;
  readonly dtype: string;
  readonly size: number;
}

export interface Replay {
  readonly parameters: readonly Parameter[];
  /** Calls the function with the addresses of its arrays. */
  call(device: VtaDevice, addresses: readonly number[]): void;
}

const identifier = (text: string): string => text.replace(/(?<=[a-z_]\w*)\.(?=[a-z_])/gi, "_");

export function compileReplay(text: string): Replay {
  const parameters = [
    ...text.matchAll(/([\w.]+): Buffer\(([\w.]+): Pointer\((\w+)\), \w+, \[(\d+)\], \[\]\)/g),
  ].map(([, name, pointer, dtype, size]) => ({
    name: name!,
    pointer: identifier(pointer!),
    dtype: dtype!,
    size: Number(size),
  }));
  const body = text
    .slice(text.indexOf("preflattened_buffer_map"))
    // An attribute around a single call is printed without braces.
    .replace(/^( *)(attr .*);\n(.*[^{])$/gm, "$1$2 {\n $3\n$1}")
    .split("\n")
    .slice(1);
  const lines: string[] = [];
  const closers: string[] = [];
  let sites = 0;
  let scope: string[] = [];
  const scopes: string[][] = [];
  const open = (line: string, close: string): void => {
    lines.push(line);
    closers.push(close);
    scopes.push(scope);
    scope = [...scope];
  };
  for (let i = 0; i < body.length; i++) {
    const line = expression(body[i]!.trim());
    const loop = /^for \((\w+): int32, (.*), (.*)\) \{$/.exec(line);
    const uops = /^attr .*"coproc_uop_scope" = "(\w+)" \{$/.exec(line);
    const binding = /^let (\w+): int32 = (.*)$/.exec(line);
    if (line === "") continue;
    else if (loop !== null) {
      const [, name, min, extent] = loop;
      open(`for (let ${name} = ${min}, $n = ${min} + ${extent}; ${name} < $n; ${name}++) {`, "}");
      scope.push(name!);
    } else if (uops !== null) {
      const inside = bodyOf(body, i).map(expression).join("\n");
      const free = scope.filter((name) => new RegExp(`\\b${name}\\b`).test(inside));
      open(
        `recording.${uops[1]}(sites[${sites++}], () => {`,
        `return 0; }, [${free.join(", ")}]);`,
      );
    } else if (binding !== null) {
      lines.push(`const ${binding[1]} = ${binding[2]};`);
      scope.push(binding[1]!);
    } else if (line.endsWith("{")) open("{", "}");
    else if (line === "}") {
      lines.push(closers.pop() ?? "");
      scope = scopes.pop() ?? scope;
    } else lines.push(call(line));
  }
  const run = new Function(
    "extern",
    "recording",
    "sites",
    "floordiv",
    "floormod",
    ...parameters.map(({ pointer }) => pointer),
    lines.join("\n"),
  ) as (...args: unknown[]) => void;
  const module = {};
  const callSites = Array.from({ length: sites }, (_, index) => ({ module, index }));
  const floordiv = (a: number, b: number): number => Math.floor(a / b);
  const floormod = (a: number, b: number): number => a - b * Math.floor(a / b);
  return {
    parameters,
    call(device, addresses) {
      const { extern, recording } = device.functions;
      run(extern, recording, callSites, floordiv, floormod, ...addresses);
    },
  };
}

/** The lines between a line that opens a block and the one that closes it. */
function bodyOf(lines: readonly string[], start: number): string[] {
  const indent = lines[start]!.search(/\S/);
  const end = lines.findIndex((line, i) => i > start && line.search(/\S/) === indent);
  return lines.slice(start + 1, end);
}

function expression(line: string): string {
  return identifier(line).replace(/(?<![\w.])(max|min)\(/g, "Math.$1(");
}

function call(line: string): string {
  const arguments_ = line.replace(/,? ?dtype=\w+\)$/, ")");
  const named = /^@tir_call_extern\("(\w+)",? ?(.*)\)$/.exec(
    arguments_.replace(/@tir[._]tvm_thread_context\(.*?dtype=handle\), dtype=handle\)/, "0"),
  );
  if (named !== null) return `extern.${named[1]}(${named[2]});`;
  const operator = /^@tir[._]vta[._](\w+)\((.*)\)$/.exec(arguments_);
  switch (operator?.[1]) {
    case "uop_push":
      return `extern.VTAUopPush(${operator[2]});`;
    case "coproc_dep_push":
      return `extern.VTADepPush(0, ${operator[2]});`;
    case "coproc_dep_pop":
      return `extern.VTADepPop(0, ${operator[2]});`;
    case "coproc_sync":
      return "extern.VTASynchronize(0, 0x80000000 | 0);";
    default:
      throw new Error(`cannot replay: ${line}`);
  }
}

/** Value `i` of the golden data's inputs. */
function generated(i: number, [low, high, seed]: readonly [number, number, number]): number {
  let x = (Math.imul(i, 2654435761) + Math.imul(seed, 40503)) >>> 0;
  x = Math.imul(x ^ (x >>> 15), 2246822519) >>> 0;
  x = (x ^ (x >>> 13)) >>> 0;
  return low + (x % (high - low));
}

const ARRAYS = { int8: Int8Array, int16: Int16Array, int32: Int32Array } as const;

export interface ReplayResult {
  readonly sha256: string;
  readonly values: readonly number[];
}

/** Puts the inputs into DRAM, calls the function, and reads the last parameter. */
export function runReplay(
  device: VtaDevice,
  replay: Replay,
  inputs: ReplayProgram["inputs"],
): ReplayResult {
  const addresses = replay.parameters.map(({ name, dtype, size }) => {
    const array = new ARRAYS[dtype as keyof typeof ARRAYS](size);
    const input = inputs[name];
    if (input !== undefined) for (let i = 0; i < size; i++) array[i] = generated(i, input);
    const address = device.alloc(array.byteLength);
    device.dram.bytes.set(new Uint8Array(array.buffer), address);
    return address;
  });
  device.startCall();
  try {
    replay.call(device, addresses);
    const last = replay.parameters.at(-1)!;
    const bytes = ARRAYS[last.dtype as keyof typeof ARRAYS].BYTES_PER_ELEMENT * last.size;
    const at = addresses.at(-1)!;
    const result = device.dram.bytes.slice(at, at + bytes);
    return {
      sha256: createHash("sha256").update(result).digest("hex"),
      values: [...new ARRAYS[last.dtype as keyof typeof ARRAYS](result.buffer)],
    };
  } finally {
    for (const address of addresses) device.free(address);
  }
}

/** Devices for replays, one for each configuration, that keep their output. */
export class ReplayDevices {
  private readonly devices = new Map<string, { device: VtaDevice; printed: string[] }>();

  of(config: VtaConfig = samples.sim): { device: VtaDevice; printed: string[] } {
    const key = JSON.stringify(config);
    let known = this.devices.get(key);
    if (known === undefined) {
      const printed: string[] = [];
      const options = { print: (text: string) => printed.push(text) };
      known = { device: new VtaDevice(0, new Environment(config), options), printed };
      this.devices.set(key, known);
    }
    known.printed.length = 0;
    return known;
  }
}

export function profilerOf(device: VtaDevice) {
  return device.accelerator.counters;
}
