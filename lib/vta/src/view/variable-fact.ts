/** A variable as a row of a table: its type, its size, and the beginning of its value. */

import { tir } from "tvm-ts";

export interface SessionVariable {
  readonly name: string;
  /** `number`, `Map`, `NDArray float32`, `function`. */
  readonly type: string;
  /** `64 x 16`; missing for values without a shape. */
  readonly shape?: string;
  /** Bytes of an array of numbers. */
  readonly bytes?: number;
  /** At most 60 characters. */
  readonly value: string;
}

const MAX_CHARACTERS = 60;
/** Larger arrays are shown without their values. */
const MAX_BYTES = 4096;
/** Elements of a list or array that are shown. */
const MAX_ELEMENTS = 8;

/** All variables except the libraries' namespaces. */
export function variableFacts(variables: ReadonlyMap<string, unknown>): SessionVariable[] {
  return [...variables].flatMap(([name, value]) =>
    isNamespace(value) ? [] : [{ name, ...factOf(value) }],
  );
}

/** Whether a value is a module's exports: an object that a bundler made of them has only getters. */
function isNamespace(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Object.hasOwn(value, "__esModule")) return true;
  if (Object.prototype.toString.call(value) === "[object Module]") return true;
  const names = Object.getOwnPropertyNames(value).filter((name) => name !== "default");
  const isGetter = (name: string): boolean =>
    Object.getOwnPropertyDescriptor(value, name)?.get !== undefined;
  return names.length > 0 && names.every(isGetter);
}

type Fact = Omit<SessionVariable, "name">;

function factOf(value: unknown): Fact {
  try {
    // A tensor is callable, because it is indexed by calls.
    if (typeof value === "function") {
      return isShaped(value) ? objectFact(value) : functionFact(value);
    }
    if (typeof value !== "object" || value === null) {
      return { type: value === null ? "null" : typeof value, value: shortText(value) };
    }
    return objectFact(value);
  } catch {
    // Members of user-defined objects can throw.
    return { type: typeof value, value: "" };
  }
}

function functionFact(value: object & { readonly name?: unknown }): Fact {
  const text = Function.prototype.toString.call(value);
  const isClass = text.startsWith("class");
  return { type: isClass ? "class" : "function", value: shortened(String(value.name)) };
}

interface Shaped {
  readonly shape: readonly unknown[];
  readonly dtype: unknown;
}

function isShaped(value: object): value is Shaped {
  return "dtype" in value && "shape" in value && Array.isArray(value.shape);
}

function objectFact(value: object): Fact {
  const type = typeName(value);
  if (isShaped(value)) {
    const shape = value.shape.map(String);
    const bytes = bytesOf(value);
    return {
      type: `${type} ${String(value.dtype)}`,
      shape: shape.length === 0 ? "scalar" : shape.join(" x "),
      ...(bytes !== undefined && { bytes }),
      // Formatting a large array would copy it.
      value: bytes === undefined || bytes <= MAX_BYTES ? valueText(value) : "",
    };
  }
  if (ArrayBuffer.isView(value)) {
    const elements = Symbol.iterator in value ? (value as Uint8Array) : new Uint8Array();
    const shown = Array.from(elements.slice(0, MAX_ELEMENTS), String);
    const more = elements.length > MAX_ELEMENTS ? ", …" : "";
    const text = `${shown.join(", ")}${more}`;
    return { type, shape: String(elements.length), bytes: value.byteLength, value: text };
  }
  if (Array.isArray(value)) {
    return { type, shape: String(value.length), value: listText(value) };
  }
  if (value instanceof Map || value instanceof Set) {
    return { type, shape: String(value.size), value: listText([...value.keys()]) };
  }
  return { type, value: valueText(value) };
}

function typeName(value: object): string {
  // All operators are of one class.
  if (tir.isExpr(value)) return value.kind;
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
  const name = prototype?.constructor?.name;
  return typeof name === "string" && name !== "" ? name : "object";
}

/** The bytes of an array of numbers; undefined if the shape is unknown or the type has no size. */
function bytesOf({ shape, dtype }: Shaped): number | undefined {
  const bits = /\d+/.exec(String(dtype))?.[0];
  const extents = shape.map((extent) => Number(String(extent)));
  if (bits === undefined || !extents.every(Number.isInteger)) return undefined;
  return extents.reduce((product, extent) => product * extent, Math.ceil(Number(bits) / 8));
}

/** An object's own text, else the names of its properties. */
function valueText(value: object): string {
  if (value.toString !== Object.prototype.toString) {
    // Leaves out the shape of an array, which has a separate column.
    return shortened(String(value).replace(/^<NDArray [^>]*>\s*/, ""));
  }
  return shortened(`{ ${Object.keys(value).join(", ")} }`);
}

function listText(values: readonly unknown[]): string {
  const shown = values.slice(0, MAX_ELEMENTS).map(shortText);
  return shortened([...shown, ...(values.length > MAX_ELEMENTS ? ["…"] : [])].join(", "));
}

function shortText(value: unknown): string {
  if (typeof value === "string") return shortened(JSON.stringify(value));
  if (typeof value === "bigint") return shortened(`${value}n`);
  if (typeof value === "object" && value !== null) return typeName(value);
  return typeof value === "function" ? "function" : shortened(String(value));
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > MAX_CHARACTERS ? `${line.slice(0, MAX_CHARACTERS - 1)}…` : line;
}
