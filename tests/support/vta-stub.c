/*
 * A stand-in for TVM's runtime with VTA, as small as can be: it loads a library, calls its main
 * function once on arrays from standard input, and writes them back. Each operation runs when it is
 * pushed, in program order, which is an order that the accelerator may choose. What TVM's runtime
 * refuses, this one refuses.
 *
 *     stub library.so int8:1,64,1,16 int32:4,4 < inputs > outputs
 *
 * Compiled with -DBATCH, -DBLOCK_IN, -DBLOCK_OUT and the depths of the memories.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { int32_t type, id; } Device;
typedef struct { uint8_t code, bits; uint16_t lanes; } DataType;
typedef struct {
  void* data; Device device; int32_t ndim; DataType dtype; int64_t* shape; int64_t* strides; uint64_t offset;
} Tensor;
typedef union { int64_t integer; double number; void* handle; } Value;
typedef int (*Main)(void*, int32_t*, int32_t, void*, int32_t*, void*);

static int8_t inp[INP_DEPTH][BATCH][BLOCK_IN];
static int8_t wgt[WGT_DEPTH][BLOCK_OUT][BLOCK_IN];
static int32_t acc[ACC_DEPTH][BATCH][BLOCK_OUT];

static void refuse(const char* what, long value) {
  fprintf(stderr, "%s: %ld\n", what, value);
  exit(3);
}

static const char* last_error = "";
void TVMAPISetLastError(const char* message) { last_error = message; }
void* TVMBackendAllocWorkspace(int t, int i, uint64_t bytes, int c, int b) {
  (void)t; (void)i; (void)c; (void)b;
  return malloc(bytes);
}
int TVMBackendFreeWorkspace(int t, int i, void* p) { (void)t; (void)i; free(p); return 0; }

void* VTATLSCommandHandle(void) { return &last_error; }
void* VTABufferCPUPtr(void* command, void* buffer) { (void)command; return buffer; }
void VTAReadBarrier(void* c, void* b, uint32_t bits, uint32_t s, uint32_t n) { (void)c; (void)b; (void)bits; (void)s; (void)n; }
void VTAWriteBarrier(void* c, void* b, uint32_t bits, uint32_t s, uint32_t n) { (void)c; (void)b; (void)bits; (void)s; (void)n; }
void VTASetDebugMode(void* c, int flags) { (void)c; (void)flags; }
int VTADepPush(void* c, int from, int to) { (void)c; (void)from; (void)to; return 0; }
int VTADepPop(void* c, int from, int to) { (void)c; (void)from; (void)to; return 0; }
void VTASynchronize(void* c, uint32_t cycles) { (void)c; (void)cycles; }

/* Where an element of a memory is, and how many bytes it has in DRAM; 5 is ACC filled from bytes. */
static uint8_t* element(uint32_t memory, uint32_t at, size_t* bytes) {
  switch (memory) {
    case 1:
      if (at >= WGT_DEPTH) refuse("beyond the weights", at);
      *bytes = sizeof wgt[0];
      return (uint8_t*)wgt[at];
    case 2:
      if (at >= INP_DEPTH) refuse("beyond the inputs", at);
      *bytes = sizeof inp[0];
      return (uint8_t*)inp[at];
    case 3: case 5:
      if (at >= ACC_DEPTH) refuse("beyond the accumulators", at);
      *bytes = memory == 3 ? sizeof acc[0] : sizeof acc[0] / 4;
      return (uint8_t*)acc[at];
  }
  refuse("no such memory", memory);
  return NULL;
}

static void fill(uint32_t memory, uint32_t at, const uint8_t* from) {
  size_t bytes;
  uint8_t* into = element(memory, at, &bytes);
  if (memory != 5) {
    if (from == NULL) memset(into, 0, bytes);
    else memcpy(into, from, bytes);
    return;
  }
  for (size_t i = 0; i < bytes; ++i) ((int32_t*)into)[i] = from == NULL ? 0 : ((const int8_t*)from)[i];
}

void VTALoadBuffer2D(void* command, void* source, uint32_t offset, uint32_t x_size, uint32_t y_size,
    uint32_t stride, uint32_t x_before, uint32_t y_before, uint32_t x_after, uint32_t y_after,
    uint32_t sram, uint32_t memory) {
  (void)command;
  size_t bytes;
  element(memory, 0, &bytes);
  uint32_t width = x_before + x_size + x_after;
  for (uint32_t y = 0; y < y_before + y_size + y_after; ++y) {
    for (uint32_t x = 0; x < width; ++x) {
      int inside = y >= y_before && y < y_before + y_size && x >= x_before && x < x_before + x_size;
      size_t from = offset + (size_t)(y - y_before) * stride + (x - x_before);
      fill(memory, sram++, inside ? (const uint8_t*)source + from * bytes : NULL);
    }
  }
}

void VTAStoreBuffer2D(void* command, uint32_t sram, uint32_t memory, void* target, uint32_t offset,
    uint32_t x_size, uint32_t y_size, uint32_t stride) {
  (void)command;
  if (memory != 4) refuse("stores go to OUT, not", memory);
  for (uint32_t y = 0; y < y_size; ++y) {
    for (uint32_t x = 0; x < x_size; ++x, ++sram) {
      if (sram >= ACC_DEPTH) refuse("beyond the accumulators", sram);
      int8_t* out = (int8_t*)target + ((size_t)offset + (size_t)y * stride + x) * BATCH * BLOCK_OUT;
      for (int i = 0; i < BATCH * BLOCK_OUT; ++i) out[i] = (int8_t)((int32_t*)acc[sram])[i];
    }
  }
}

/* What a call site recorded, by its key. */
enum { MAX_KEY = 100, MAX_UOPS = 8192 };
typedef struct { uint32_t dst, src, wgt; } Uop;
typedef struct { uint32_t extent, dst, src, wgt; } Loop;
typedef struct {
  int recorded, mode, reset, opcode, use_imm, loops, open, count;
  int16_t imm;
  Loop loop[2];
  Uop uop[MAX_UOPS];
} Kernel;
static Kernel* recording = NULL;

int VTAUopLoopBegin(uint32_t extent, uint32_t dst, uint32_t src, uint32_t factor) {
  if (recording->count > 0) refuse("a loop after micro-ops", recording->count);
  if (recording->loops == 2) refuse("too many loops", 3);
  recording->loop[recording->loops++] = (Loop){ extent, dst, src, factor };
  recording->open++;
  return 0;
}
int VTAUopLoopEnd(void) { recording->open--; return 0; }

int VTAUopPush(uint32_t mode, uint32_t reset, uint32_t dst, uint32_t src, uint32_t factor,
    uint32_t opcode, uint32_t use_imm, int32_t imm) {
  Kernel* k = recording;
  if (k == NULL) refuse("a micro-op outside of a kernel", dst);
  if (k->count == MAX_UOPS) refuse("too many micro-ops", k->count);
  if (k->count > 0 && (k->mode != (int)mode || k->reset != (int)reset)) refuse("another mode", mode);
  if (k->count > 0 && mode == 1 && (k->opcode != (int)opcode || k->use_imm != (int)use_imm || k->imm != (int16_t)imm))
    refuse("another operation", opcode);
  for (int back = 1; back <= 2 && back <= k->count; ++back)
    if (k->uop[k->count - back].dst == dst) refuse("a result is needed too soon", dst);
  k->mode = mode, k->reset = reset, k->opcode = opcode, k->use_imm = use_imm, k->imm = (int16_t)imm;
  k->uop[k->count++] = (Uop){ dst, src, factor };
  return 0;
}

static int32_t alu(int opcode, int32_t a, int32_t b) {
  switch (opcode) {
    case 0: return a < b ? a : b;
    case 1: return a > b ? a : b;
    case 2: return (int32_t)((uint32_t)a + (uint32_t)b);
    case 3: return b >= 0 ? a >> b : (int32_t)((uint32_t)a << -b);
    case 4: return (int32_t)((uint32_t)a * (uint32_t)b);
  }
  refuse("no such operation", opcode);
  return 0;
}

static void execute(const Kernel* k, uint32_t dst, uint32_t src, uint32_t weight) {
  if (dst >= ACC_DEPTH || weight >= WGT_DEPTH || src >= (k->mode == 0 ? INP_DEPTH : ACC_DEPTH))
    refuse("an index is beyond its memory", dst);
  for (int b = 0; b < BATCH; ++b) {
    for (int o = 0; o < BLOCK_OUT; ++o) {
      int32_t* result = &acc[dst][b][o];
      if (k->mode == 1) {
        *result = alu(k->opcode, *result, k->use_imm ? k->imm : acc[src][b][o]);
      } else if (k->reset) {
        *result = 0;
      } else {
        for (int i = 0; i < BLOCK_IN; ++i) *result += inp[src][b][i] * wgt[weight][o][i];
      }
    }
  }
}

static int push(void** slot, int (*body)(void*), void* signature, int bytes) {
  if (bytes != 0 && bytes != 4) refuse("a kernel depends on more than one number, bytes", bytes);
  int key = bytes == 0 ? 0 : *(int32_t*)signature + 1;
  if (key < 0 || key >= MAX_KEY) refuse("a kernel depends on a number that is too large", key - 1);
  if (*slot == NULL) *slot = calloc(MAX_KEY, sizeof(Kernel*));
  Kernel** kernels = (Kernel**)*slot;
  if (kernels[key] == NULL) kernels[key] = (Kernel*)calloc(1, sizeof(Kernel));
  Kernel* k = kernels[key];
  if (!k->recorded) {
    recording = k;
    if (body(signature) != 0) refuse("a kernel's body failed", key);
    recording = NULL;
    k->recorded = 1;
  }
  Loop once = { 1, 0, 0, 0 };
  Loop outer = k->loops > 0 ? k->loop[0] : once, inner = k->loops > 1 ? k->loop[1] : once;
  for (uint32_t i = 0; i < outer.extent; ++i)
    for (uint32_t j = 0; j < inner.extent; ++j)
      for (int u = 0; u < k->count; ++u)
        execute(k, k->uop[u].dst + i * outer.dst + j * inner.dst,
            k->uop[u].src + i * outer.src + j * inner.src,
            k->uop[u].wgt + i * outer.wgt + j * inner.wgt);
  return 0;
}
int VTAPushGEMMOp(void** slot, int (*body)(void*), void* signature, int bytes) {
  return push(slot, body, signature, bytes);
}
int VTAPushALUOp(void** slot, int (*body)(void*), void* signature, int bytes) {
  return push(slot, body, signature, bytes);
}

/* `int8:1,64,1,16` */
static size_t tensor(const char* text, Tensor* into) {
  int bits, length;
  if (sscanf(text, "int%d:%n", &bits, &length) != 1) refuse("not an array", 0);
  int64_t* shape = (int64_t*)calloc(8, sizeof(int64_t));
  int ndim = 0;
  size_t bytes = bits / 8;
  for (const char* at = text + length; *at != 0; ++ndim) {
    shape[ndim] = strtol(at, (char**)&at, 10);
    bytes *= shape[ndim];
    if (*at == ',') ++at;
  }
  *into = (Tensor){ calloc(1, bytes), { 12, 0 }, ndim, { 0, bits, 1 }, shape, NULL, 0 };
  if (fread(into->data, 1, bytes, stdin) != bytes) refuse("inputs are too short", bytes);
  return bytes;
}

int main(int argc, char** argv) {
  void* library = dlopen(argv[1], RTLD_NOW);
  if (library == NULL) { fprintf(stderr, "%s\n", dlerror()); return 2; }
  const char* name = (const char*)dlsym(library, "__tvm_main__");
  Main function = name == NULL ? NULL : (Main)dlsym(library, name);
  if (function == NULL) { fprintf(stderr, "the library has no main function\n"); return 2; }
  int count = argc - 2;
  Tensor tensors[8];
  Value values[8], result;
  int32_t codes[8], code = 0;
  size_t bytes[8];
  for (int i = 0; i < count; ++i) {
    bytes[i] = tensor(argv[i + 2], &tensors[i]);
    values[i].handle = &tensors[i];
    codes[i] = 7;
  }
  if (function(values, codes, count, &result, &code, NULL) != 0) {
    fprintf(stderr, "%s\n", last_error);
    return 1;
  }
  for (int i = 0; i < count; ++i) fwrite(tensors[i].data, 1, bytes[i], stdout);
  return 0;
}
