/**
 * A module of lowered functions as one C99 source.
 *
 * Each function has TVM's packed-function signature, checks its arguments, and reports a mistake
 * through `TVMAPISetLastError`; TVM's own runtimes load the compiled library. The source declares
 * everything it needs, so it includes no TVM headers.
 */

import { type IRModule, type PrimFunc } from "../../ir";
import { UsageError } from "../../support";
import { writeArguments } from "./arguments";
import { Names } from "./names";
import { StatementWriter } from "./statement";
import { TranslationUnit } from "./translation-unit";

/** DLPack's type of the device whose memory the functions use. */
export interface COptions {
  readonly deviceType: number;
}

/**
 * The C source of lowered functions.
 * @throws UsageError for programs that C cannot express.
 */
export function generateC(functions: IRModule, options: COptions): string {
  const unit = new TranslationUnit();
  const [entry] = [...functions.functions.keys()].map(cName);
  const bodies = [...functions.functions].map(([name, func]) =>
    writeFunction(unit, name, func, options),
  );
  return [
    PRELUDE,
    unit.declarations(),
    "",
    ...bodies,
    "/* The library's entry function. */",
    `TVM_DLL const char __tvm_main__[] = ${JSON.stringify(entry)};`,
    "",
  ].join("\n");
}

function writeFunction(
  unit: TranslationUnit,
  symbol: string,
  func: PrimFunc,
  options: COptions,
): string {
  const name = cName(symbol);
  const names = new Names();
  const writer = new StatementWriter(unit, names, options.deviceType);
  writeArguments(writer, name, func, options.deviceType);
  writer.write(func.body);
  return [
    `TVM_DLL int32_t ${name}(void* args, int32_t* arg_type_ids, int32_t num_args,`,
    "    void* out_ret_value, int32_t* out_ret_tcode, void* resource_handle) {",
    "  TVMValue* values = (TVMValue*)args;",
    "  (void)values; (void)arg_type_ids; (void)out_ret_value;",
    "  (void)out_ret_tcode; (void)resource_handle;",
    writer.text,
    "  return 0;",
    "}",
    "",
  ].join("\n");
}

/** A function's name in C, where `main` is reserved for the program. */
function cName(name: string): string {
  if (name === "main") return "tvm_main";
  if (/^[A-Za-z_]\w*$/.test(name)) return name;
  throw new UsageError(
    "build-function-name",
    `'${name}' cannot be the name of a C function; use letters, digits and _`,
  );
}

const PRELUDE = `/* Compile as C99 with -fwrapv: integers wrap. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#define TVM_DLL __declspec(dllexport)
#else
#define TVM_DLL __attribute__((visibility("default")))
#endif

/* DLPack's array, and TVM's argument value. */
typedef struct { int32_t device_type; int32_t device_id; } DLDevice;
typedef struct { uint8_t code; uint8_t bits; uint16_t lanes; } DLDataType;
typedef struct {
  void* data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t* shape;
  int64_t* strides;
  uint64_t byte_offset;
} DLTensor;
typedef union { int64_t v_int64; double v_float64; void* v_handle; } TVMValue;

/* What TVM's runtime provides. */
void TVMAPISetLastError(const char* message);
void* TVMBackendAllocWorkspace(int device_type, int device_id, uint64_t bytes, int code, int bits);
int TVMBackendFreeWorkspace(int device_type, int device_id, void* pointer);

/* Set by the runtime that loads the library. */
TVM_DLL void* __tvm_module_ctx = NULL;

#define CHECK(condition, message) \\
  do { if (!(condition)) { TVMAPISetLastError(message); return -1; } } while (0)
#define IS_ARRAY(code) ((code) == 3 || (code) == 7 || (code) == 13)

static inline int64_t compact_stride(const DLTensor* array, int axis) {
  int64_t stride = 1;
  for (int d = axis + 1; d < array->ndim; ++d) stride *= array->shape[d];
  return stride;
}
`;
