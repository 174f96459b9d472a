/** The operators of all targets, named as the reference prints them. */

import { CallEffect, Op } from "./op";

const pure = (name: string) => new Op(`tir.${name}`, CallEffect.Pure);
const lanewise = (name: string) => new Op(`tir.${name}`, CallEffect.Pure, true);
const opaque = (name: string) => new Op(`tir.${name}`, CallEffect.UpdateState);

/** Floating-point functions of one argument. */
export const unaryMath = {
  fabs: lanewise("fabs"),
  floor: lanewise("floor"),
  ceil: lanewise("ceil"),
  round: lanewise("round"),
  nearbyint: pure("nearbyint"),
  trunc: lanewise("trunc"),
  exp: lanewise("exp"),
  exp2: lanewise("exp2"),
  exp10: lanewise("exp10"),
  erf: pure("erf"),
  tanh: lanewise("tanh"),
  sigmoid: pure("sigmoid"),
  sqrt: lanewise("sqrt"),
  rsqrt: pure("rsqrt"),
  log: lanewise("log"),
  log2: lanewise("log2"),
  log1p: pure("log1p"),
  log10: lanewise("log10"),
  tan: lanewise("tan"),
  cos: lanewise("cos"),
  cosh: lanewise("cosh"),
  sin: lanewise("sin"),
  sinh: lanewise("sinh"),
  asin: pure("asin"),
  acos: pure("acos"),
  atan: pure("atan"),
  acosh: pure("acosh"),
  asinh: pure("asinh"),
  atanh: pure("atanh"),
};

/** Floating-point functions of two arguments. */
export const binaryMath = {
  pow: lanewise("pow"),
  fmod: pure("fmod"),
  atan2: pure("atan2"),
  nextafter: pure("nextafter"),
  hypot: pure("hypot"),
  copysign: pure("copysign"),
  ldexp: pure("ldexp"),
};

export const builtin = {
  ...unaryMath,
  ...binaryMath,
  clz: pure("clz"),
  isnan: pure("isnan"),
  popcount: lanewise("popcount"),
  fma: lanewise("fma"),
  likely: new Op("tir.likely", CallEffect.ExprAnnotation, true),
  ifThenElse: pure("if_then_else"),
  reinterpret: pure("reinterpret"),
  bitwiseAnd: lanewise("bitwise_and"),
  bitwiseOr: lanewise("bitwise_or"),
  bitwiseXor: lanewise("bitwise_xor"),
  bitwiseNot: lanewise("bitwise_not"),
  shiftLeft: lanewise("shift_left"),
  shiftRight: lanewise("shift_right"),
  largeUIntImm: pure("large_uint_imm"),
  qMultiplyShift: lanewise("q_multiply_shift"),
  ret: new Op("tir.ret", CallEffect.ControlJump),
  addressOf: pure("address_of"),
  isNullptr: pure("isnullptr"),
  prefetch: opaque("prefetch"),
  callExtern: opaque("call_extern"),
  callPureExtern: pure("call_pure_extern"),
  callPacked: opaque("tvm_call_packed"),
  checkReturn: pure("tvm_check_return"),
  accessPtr: new Op("tir.tvm_access_ptr", CallEffect.SpecialCallArg),
  staticHandle: new Op("tir.tvm_static_handle", CallEffect.SpecialCallArg),
  typeAnnotation: pure("type_annotation"),
  tuple: new Op("tir.tvm_tuple", CallEffect.EmbedInfo),
  stackMakeShape: opaque("tvm_stack_make_shape"),
  stackMakeArray: opaque("tvm_stack_make_array"),
  threadContext: opaque("tvm_thread_context"),
  storageSync: opaque("tvm_storage_sync"),
  threadAllreduce: opaque("tvm_thread_allreduce"),
};
