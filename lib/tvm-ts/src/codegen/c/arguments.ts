/** The prologue of a C function: checks and unpacks its arguments. */

import { dtypeInfo, IntImm, isHandle, mul, type PrimExpr, type PrimFunc, type Var } from "../../ir";
import { callerBuffer, signatureOf } from "../signature";
import type { StatementWriter } from "./statement";
import { cElementType, cType } from "./types";

/** DLPack's device type of CPUs. */
const CPU = 1;

/** DLPack's type codes. */
const CODES: Readonly<Record<string, number>> = { int: 0, uint: 1, float: 2 };

export function writeArguments(
  writer: StatementWriter,
  name: string,
  func: PrimFunc,
  deviceType: number,
): void {
  const { names } = writer;
  const { symbols } = signatureOf(func);
  const { params } = func;
  const arrays = params.map((param) => names.fresh(`${param.name}_array`));
  const count = params.length;
  writer.check(`num_args == ${count}`, `${name} takes ${count} arguments`);
  params.forEach((param, i) => {
    if (!isHandle(param.dtype)) return writeScalar(writer, name, param, i);
    writer.check(`IS_ARRAY(arg_type_ids[${i}])`, `${place(name, param, i)} must be an array`);
    const array = arrays[i]!;
    writer.line(`DLTensor* ${array} = (DLTensor*)values[${i}].v_handle;`);
    writeArray(writer, name, func, param, i, array, deviceType);
  });
  for (const { variable, record } of symbols) {
    const array = arrays[record.param]!;
    const value = {
      shape: `${array}->shape[${record.axis}]`,
      strides: strideText(array, record.axis),
      // The pointer below is to the first element.
      elemOffset: "0",
    }[record.field];
    writer.line(
      `${cType(variable.dtype)} ${names.nameFor(variable)} = (${cType(variable.dtype)})${value};`,
    );
  }
  params.forEach((param, i) => {
    const buffer = callerBuffer(func, param);
    if (buffer === undefined) return;
    const array = arrays[i]!;
    const wrong = (what: string): string => `${place(name, param, i)} has the wrong ${what}`;
    buffer.shape.forEach((size, axis) => {
      const expected = writer.expressions.write(size);
      writer.check(`${array}->shape[${axis}] == ${expected}`, wrong(`length in dimension ${axis}`));
    });
    const strides = buffer.strides.length > 0 ? buffer.strides : compactStrides(buffer.shape);
    const checks = strides.map((stride, axis) => {
      const expected = writer.expressions.write(stride);
      const actual = `${array}->strides[${axis}]`;
      return `(${array}->shape[${axis}] == 1 || ${actual} == ${expected})`;
    });
    if (checks.length > 0) {
      writer.check(`${array}->strides == NULL || (${checks.join(" && ")})`, wrong("strides"));
    }
  });
}

function writeScalar(writer: StatementWriter, name: string, param: Var, i: number): void {
  const { code } = dtypeInfo(param.dtype);
  const field = code === "float" ? "v_float64" : "v_int64";
  // A float parameter also takes an integer.
  const codes = code === "float" ? [2, 0] : [0];
  const condition = codes.map((c) => `arg_type_ids[${i}] == ${c}`).join(" || ");
  writer.check(condition, `${place(name, param, i)} must be a ${param.dtype}`);
  const type = cType(param.dtype);
  const value =
    code === "float"
      ? `(arg_type_ids[${i}] == 0 ? (double)values[${i}].v_int64 : values[${i}].${field})`
      : `values[${i}].${field}`;
  writer.line(`${type} ${writer.names.nameFor(param)} = (${type})${value};`);
}

function writeArray(
  writer: StatementWriter,
  name: string,
  func: PrimFunc,
  param: Var,
  i: number,
  array: string,
  deviceType: number,
): void {
  const at = place(name, param, i);
  const buffer = callerBuffer(func, param);
  if (buffer === undefined) {
    writer.line(
      `void* ${writer.names.nameFor(param)} = (char*)${array}->data + ${array}->byte_offset;`,
    );
    return;
  }
  const { code, bits, lanes } = dtypeInfo(buffer.dtype);
  const { length } = buffer.shape;
  writer.check(`${array} != NULL`, `${at} is NULL`);
  writer.check(`${array}->ndim == ${length}`, `${at} must have ${length} dimensions`);
  writer.check(
    `${array}->dtype.code == ${CODES[code]} && ${array}->dtype.bits == ${bits} && ` +
      `${array}->dtype.lanes == ${lanes}`,
    `${at} must be of type ${buffer.dtype}`,
  );
  writer.check(
    `${array}->device.device_type == ${deviceType}`,
    `${at} must be on a device of type ${deviceType}`,
  );
  const variable = func.bufferMap.get(param)?.data ?? param;
  const data = writer.names.nameFor(variable);
  const type = cElementType(buffer.dtype);
  if (deviceType === CPU) {
    const start = `(char*)${array}->data + ${array}->byte_offset`;
    writer.expressions.pointees.set(variable, type);
    writer.line(`${type}* restrict ${data} = (${type}*)(${start});`);
    return;
  }
  // An accelerator's pointers are opaque handles: pointer arithmetic is not possible.
  writer.check(`${array}->byte_offset == 0`, `${at} must have byte_offset 0`);
  writer.line(`void* ${data} = ${array}->data;`);
}

function place(name: string, param: Var, i: number): string {
  return `argument ${i + 1} of ${name} (${param.name})`;
}

function strideText(array: string, axis: number): string {
  const product = `compact_stride(${array}, ${axis})`;
  return `(${array}->strides == NULL ? ${product} : ${array}->strides[${axis}])`;
}

function compactStrides(shape: readonly PrimExpr[]): PrimExpr[] {
  const strides: PrimExpr[] = [];
  let step: PrimExpr = new IntImm(1);
  for (let d = shape.length - 1; d >= 0; d--) {
    strides.unshift(step);
    step = mul(step, shape[d]!);
  }
  return strides;
}
