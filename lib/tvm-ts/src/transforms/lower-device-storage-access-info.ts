/**
 * Removes the allocations of tagged memories, which exist on the device, and converts access pointers
 * to addresses in the target's units.
 *
 *     allocate(B: Pointer(local.acc_buffer int32), int32, [1024]);
 *     f(@tir.tvm_access_ptr(int32, B, 64, 16, 1, dtype=int32))      a unit is 512 bits
 *  => f(4)
 */

import { Analyzer } from "../arith";
import {
  Feature,
  hasFeature,
  add,
  bitsOf,
  Buffer,
  BufferLoad,
  builtin,
  Call,
  cast,
  constant,
  div,
  elementOf,
  IntImm,
  isHandle,
  lanesOf,
  LetStmt,
  mul,
  mutate,
  Ramp,
  scopeOfPointer,
  type DataType,
  type PrimExpr,
  type Var,
} from "../ir";
import type { FunctionPass, MemoryInfo } from "../pass";
import { InternalError, nearName, UsageError } from "../support";

export const lowerDeviceStorageAccessInfo: FunctionPass = {
  name: "tir.LowerDeviceStorageAccessInfo",
  doc: "Converts access pointers to addresses in the target's units, and removes tagged allocations.",
  run(func, context) {
    if (!hasFeature(func.body, Feature.Allocate | Feature.AccessPtr)) return func;
    const infos = context.option("tir.memory_info");
    const analyzer = new Analyzer();
    const memories = new Map<Var, MemoryInfo>();

    const accessPtr = (call: Call): PrimExpr => {
      const [type, pointer, offset] = call.args as [PrimExpr, Var, PrimExpr];
      const memory = memories.get(pointer);
      if (isHandle(call.dtype)) {
        if (memory !== undefined && memory.headAddress === undefined) {
          throw new UsageError(
            "tir-storage-scope",
            `${pointer.name} is in a memory without addresses`,
          );
        }
        return addressOf(pointer, type.dtype, offset);
      }
      if (memory === undefined) {
        throw new InternalError(
          `an access pointer to ${pointer.name}, untagged, is not an address`,
        );
      }
      const bits = bitsOf(type.dtype) * lanesOf(type.dtype);
      const perUnit = memory.unitBits / bits;
      if (!Number.isInteger(perUnit)) {
        throw new UsageError(
          "tir-storage-scope",
          `${pointer.name} is addressed in units of ${memory.unitBits} bits, which are not ` +
            `a multiple of its elements of ${bits} bits`,
        );
      }
      return cast(call.dtype, analyzer.simplify(div(offset, constant(perUnit, offset.dtype))));
    };

    const body = mutate(func.body, {
      Allocate(node, recur) {
        const scope = scopeOfPointer(node.bufferVar);
        if (scope.tag === "" || scope.tag === ".dyn") return undefined;
        const memory = infos[scope.text];
        if (memory === undefined) {
          throw new UsageError(
            "tir-storage-scope",
            `${node.bufferVar.name} is in ${scope.text}, which is not a memory of the target` +
              advice(scope.text, Object.keys(infos)),
            { span: node.span },
          );
        }
        if (memories.has(node.bufferVar)) {
          throw new InternalError(`${node.bufferVar.name} is allocated twice`);
        }
        memories.set(node.bufferVar, memory);
        const inner = recur(node.body);
        const { headAddress } = memory;
        if (headAddress === undefined) return inner;
        return new LetStmt(node.bufferVar, headAddress, inner, node.span);
      },
      Call: (call, recur) =>
        call.op === builtin.accessPtr ? accessPtr(recur.children(call)) : undefined,
    });
    return func.with({ body });
  },
};

/** The target's memories, and the memory that was probably meant. */
function advice(text: string, known: readonly string[]): string {
  if (known.length === 0) return "";
  const meant = nearName(text, known) ?? known.find((scope) => scope.startsWith(text));
  const write = meant === undefined ? "" : `; write setScope("${meant}")`;
  return `; it has ${known.join(", ")}${write}`;
}

/** The address of an element; of all lanes for a vector. */
function addressOf(pointer: Var, dtype: DataType, offset: PrimExpr): PrimExpr {
  const lanes = lanesOf(dtype);
  const first = lanes === 1 ? offset : mul(offset, constant(lanes, offset.dtype));
  const index = lanes === 1 ? first : new Ramp(first, constant(1, first.dtype), lanes);
  const zero = new IntImm(0);
  const shape = [add(index, 1)];
  const memory = new Buffer(pointer, elementOf(dtype), shape, [], zero, pointer.name);
  return new Call("handle", builtin.addressOf, [new BufferLoad(memory, [index])]);
}
