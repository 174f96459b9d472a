/**
 * The parts that the functions of one C source share: declarations, helpers, outlined functions.
 */

import { dtypeInfo, type DataType } from "../../ir";
import { cType, suffix } from "./types";

/** Helper functions by name; each is emitted once, if it is used. */
const HELPERS = {
  min: (t: string) => `(${t} a, ${t} b) { return a < b ? a : b; }`,
  max: (t: string) => `(${t} a, ${t} b) { return a > b ? a : b; }`,
  floordiv: (t: string) =>
    `(${t} a, ${t} b) { ${t} q = a / b, r = a % b; return r != 0 && (r ^ b) < 0 ? q - 1 : q; }`,
  floormod: (t: string) =>
    `(${t} a, ${t} b) { ${t} r = a % b; return r != 0 && (r ^ b) < 0 ? r + b : r; }`,
} as const;

/** Out-of-range values saturate, and NaN becomes 0; in C both are undefined. */
const SATURATING = {
  i32: saturatingFunction("i32", "int32_t", "-0x1p31", "0x1p31", "INT32_MIN", "INT32_MAX"),
  i64: saturatingFunction("i64", "int64_t", "-0x1p63", "0x1p63", "INT64_MIN", "INT64_MAX"),
  u64: saturatingFunction("u64", "uint64_t", "0.0", "0x1p64", "0", "UINT64_MAX"),
};

function saturatingFunction(
  name: string,
  type: string,
  low: string,
  high: string,
  least: string,
  most: string,
): string {
  return (
    `static inline ${type} float_to_${name}(double x) {\n` +
    `  return x != x ? 0 : x < ${low} ? ${least} : x >= ${high} ? ${most} : (${type})x;\n}`
  );
}

const HALF_HELPERS = `static inline float half_to_float(uint16_t h) {
  union { uint32_t u; float f; } x, scale = { 0x77800000u };
  uint32_t magnitude = h & 0x7fffu;
  x.u = magnitude << 13;
  x.f *= scale.f;
  if (magnitude >= 0x7c00u) x.u |= 0x7f800000u;
  x.u |= (uint32_t)(h & 0x8000u) << 16;
  return x.f;
}
static inline uint16_t float_to_half(float f) {
  union { uint32_t u; float f; } x = { 0 }, y;
  x.f = f;
  uint32_t sign = (x.u >> 16) & 0x8000u, magnitude = x.u & 0x7fffffffu, bits;
  if (magnitude >= 0x47800000u) {
    bits = magnitude > 0x7f800000u ? 0x7e00u : 0x7c00u;
  } else if (magnitude < 0x38800000u) {
    y.u = magnitude;
    y.f += 0.5f;
    bits = y.u - 0x3f000000u;
  } else {
    bits = (magnitude + 0xc8000fffu + ((magnitude >> 13) & 1u)) >> 13;
  }
  return (uint16_t)(sign | bits);
}
static inline float round_half(float f) { return half_to_float(float_to_half(f)); }`;

const SITE_HELPERS = `struct sites { size_t count, capacity, last; char* values; void** slots; };
static void** site_of(struct sites* sites, const void* values, size_t bytes) {
  /* Values come in the same order each time: look after the last one first. */
  for (size_t i = 1; i <= sites->count; ++i) {
    size_t at = (sites->last + i) % sites->count;
    if (memcmp(sites->values + at * bytes, values, bytes) == 0) {
      sites->last = at;
      return &sites->slots[at];
    }
  }
  if (sites->count == sites->capacity) {
    size_t capacity = sites->capacity == 0 ? 16 : 2 * sites->capacity;
    char* all = (char*)realloc(sites->values, capacity * bytes);
    if (all == NULL) return NULL;
    sites->values = all;
    void** slots = (void**)realloc(sites->slots, capacity * sizeof(void*));
    if (slots == NULL) return NULL;
    sites->slots = slots;
    sites->capacity = capacity;
  }
  sites->last = sites->count++;
  memcpy(sites->values + sites->last * bytes, values, bytes);
  sites->slots[sites->last] = NULL;
  return &sites->slots[sites->last];
}`;

export class TranslationUnit {
  private readonly helpers = new Map<string, string>();
  private readonly externs = new Map<string, Set<string>>();
  /** Definitions of outlined functions. */
  readonly outlined: string[] = [];
  private numbers = 0;

  /** The name of a helper for values of `dtype`. */
  helper(name: keyof typeof HELPERS, dtype: DataType): string {
    const type = cType(dtype);
    const full = `${name}_${suffix(dtype)}`;
    if (!this.helpers.has(full)) {
      this.helpers.set(full, `static inline ${type} ${full}${HELPERS[name](type)}`);
    }
    return full;
  }

  /** The name of a function that converts a float to an integer, saturating as WebAssembly does. */
  saturating(dtype: DataType): string {
    const { code, bits } = dtypeInfo(dtype);
    const type =
      bits === 64 && code === "uint" ? "u64" : bits >= 32 + Number(code === "int") ? "i64" : "i32";
    const name = `float_to_${type}`;
    this.helpers.set(name, SATURATING[type]);
    return name;
  }

  /** Makes the conversions between halves and floats available. */
  useHalves(): void {
    this.helpers.set("half", HALF_HELPERS);
  }

  /** Makes recording sites available that are keyed by values. */
  useSites(): void {
    this.helpers.set("sites", SITE_HELPERS);
  }

  /** Declares a C function that is called with these types. */
  declareExtern(name: string, result: string, params: readonly string[]): void {
    const signatures = this.externs.get(name) ?? new Set();
    signatures.add(`${result} ${name}(${params.length === 0 ? "void" : params.join(", ")});`);
    // A function with several signatures is declared without parameters, which fits all calls.
    if (signatures.size > 1) {
      signatures.clear();
      signatures.add(`${result} ${name}();`);
    }
    this.externs.set(name, signatures);
  }

  /** A number for names at file scope. */
  number(): number {
    return this.numbers++;
  }

  /** The declarations that precede the functions. */
  declarations(): string {
    const externs = [...this.externs.values()].flatMap((signatures) => [...signatures]);
    return [...externs, ...this.helpers.values(), ...this.outlined].join("\n");
  }
}
