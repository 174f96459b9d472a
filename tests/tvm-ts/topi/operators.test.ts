import { describe, expect, test } from "vitest";
import { te, tir, topi } from "tvm-ts";

const n = te.var("n");
const A = te.placeholder([4, 1, 8], { name: "A" });
const B = te.placeholder([3, 8], { name: "B" });
const I = te.placeholder([4, 8], { name: "I", dtype: "int32" });
const J = te.placeholder([4, 8], { name: "J", dtype: "int32" });
const S = te.placeholder([n, 8], { name: "S" });
const V = te.placeholder([8], { name: "V" });
const bias = te.placeholder([4], { name: "bias" });
const floats = topi.cast(I, "float32");

/** Name, shape, tag and body, as the reference prints them. */
function text(tensor: te.Tensor): string {
  const op = tensor.op as te.ComputeOp;
  const body = /body=\[(.*)\], axis=/.exec(String(op))![1]!;
  return `${op.name} [${tensor.shape.map(tir.reprExpr).join(", ")}] ${op.tag}: ${body}`;
}

describe("operators on elements, with broadcasting", () => {
  test.each<[string, () => te.Tensor]>([
    ["T_add [4, 3, 8] broadcast: (A[ax0, 0, ax2] + B[ax1, ax2])", () => A.add(B)],
    ["T_subtract [4, 1, 8] elemwise: (A[ax0, ax1, ax2] - 1f)", () => A.sub(1)],
    ["T_multiply [4, 1, 8] elemwise: (2f*A[ax0, ax1, ax2])", () => topi.multiply(2, A)],
    ["T_divide [4, 3, 8] broadcast: (A[ax0, 0, ax2]/B[ax1, ax2])", () => A.div(B)],
    ["T_add [4, 3, 8] broadcast: (A[ax0, 0, ax2] + B[ax1, ax2])", () => topi.add(A, B)],
    ["T_subtract [4, 1, 8] elemwise: (A[ax0, ax1, ax2] - 1.5f)", () => topi.subtract(A, 1.5)],
    ["T_maximum [4, 3, 8] broadcast: max(A[ax0, 0, ax2], B[ax1, ax2])", () => topi.maximum(A, B)],
    ["T_minimum [4, 1, 8] elemwise: min(A[ax0, ax1, ax2], 0f)", () => topi.minimum(A, 0)],
    ["T_left_shift [4, 8] elemwise: tir.shift_left(I[ax0, ax1], 2)", () => topi.leftShift(I, 2)],
    [
      "T_right_shift [4, 8] broadcast: tir.shift_right(I[ax0, ax1], I[ax0, ax1])",
      () => topi.rightShift(I, I),
    ],
    ["T_multiply [4, 3, 8] broadcast: (A[ax0, 0, ax2]*B[ax1, ax2])", () => topi.multiply(A, B)],
    ["T_divide [4, 8] broadcast: (I[ax0, ax1]/I[ax0, ax1])", () => topi.divide(I, I)],
    ["T_floor_divide [4, 8] elemwise: floordiv(I[ax0, ax1], 3)", () => topi.floorDivide(I, 3)],
    ["T_floor_mod [4, 8] elemwise: floormod(I[ax0, ax1], 3)", () => topi.floorMod(I, 3)],
    ["T_mod [4, 8] elemwise: (I[ax0, ax1] % 3)", () => topi.mod(I, 3)],
    [
      "T_power [4, 1, 8] elemwise: tir.pow(A[ax0, ax1, ax2], 2f)",
      () => topi.power(A, te.const(2, "float32")),
    ],
    ["T_greater [4, 3, 8] broadcast: (A[ax0, 0, ax2] > B[ax1, ax2])", () => topi.greater(A, B)],
    ["T_equal [4, 8] elemwise: (I[ax0, ax1] == 1)", () => topi.equal(I, 1)],
    ["T_not_equal [4, 8] elemwise: (I[ax0, ax1] != 1)", () => topi.notEqual(I, 1)],
    [
      "T_less_equal [4, 3, 8] broadcast: (A[ax0, 0, ax2] <= B[ax1, ax2])",
      () => topi.lessEqual(A, B),
    ],
    [
      "T_logical_and [4, 3, 8] broadcast: (T_greater[ax0, ax1, ax2] && T_less[ax0, ax1, ax2])",
      () => topi.logicalAnd(topi.greater(A, B), topi.less(A, B)),
    ],
    [
      "T_bitwise_and [4, 8] broadcast: tir.bitwise_and(I[ax0, ax1], I[ax0, ax1])",
      () => topi.bitwiseAnd(I, I),
    ],
    ["T_add [n, 8] broadcast: (S[ax0, ax1] + V[ax1])", () => topi.add(S, V)],
    ["T_add [4, 8] broadcast: (I[ax0, ax1] + J[ax0, ax1])", () => topi.add(I, J)],
  ])("%s", (expected, tensor) => {
    expect(text(tensor())).toBe(expected);
  });
});

describe("functions of elements", () => {
  test.each<[string, () => te.Tensor]>([
    ["T_multiply [4, 1, 8] elemwise: (A[ax0, ax1, ax2]*-1f)", () => A.neg()],
    ["compute [4, 1, 8] elemwise: int8(A[i0, i1, i2])", () => topi.cast(A, "int8")],
    ["compute [4, 1, 8] elemwise: max(min(A[i0, i1, i2], 6f), 0f)", () => topi.clip(A, 0, 6)],
    ["compute [4, 8] elemwise: max(min(I[i0, i1], 127), -128)", () => topi.clip(I, -128, 127)],
    [
      "compute [4, 8] elemwise: max(min(I[i0, i1], 127), -128)",
      () => topi.clip(I, tir.constant(-128), tir.constant(127)),
    ],
    ["compute [4, 1, 8] elemwise: max(A[i0, i1, i2], 0f)", () => topi.nn.relu(A)],
    [
      "compute [4, 1, 8] elemwise: select((A[i0, i1, i2] > 0f), A[i0, i1, i2], (A[i0, i1, i2]*0.1f))",
      () => topi.nn.leakyRelu(A, 0.1),
    ],
    ["compute [4, 1, 8] elemwise: (A[i0, i1, i2]*-1f)", () => topi.negative(A)],
    ["compute [4, 1, 8] elemwise: A[i0, i1, i2]", () => topi.identity(A)],
    [
      "compute [4, 8] elemwise: select((I[i0, i1] >= 0), I[i0, i1], (0 - I[i0, i1]))",
      () => topi.abs(I),
    ],
    ["compute [4, 1, 8] elemwise: tir.fabs(A[i0, i1, i2])", () => topi.abs(A)],
    ["compute [4, 1, 8] elemwise: tir.exp(A[i0, i1, i2])", () => topi.exp(A)],
    ["compute [4, 1, 8] elemwise: tir.tanh(A[i0, i1, i2])", () => topi.tanh(A)],
    ["compute [4, 1, 8] elemwise: tir.sigmoid(A[i0, i1, i2])", () => topi.sigmoid(A)],
    ["compute [4, 1, 8] elemwise: tir.sqrt(A[i0, i1, i2])", () => topi.sqrt(A)],
    ["compute [4, 1, 8] elemwise: tir.log(A[i0, i1, i2])", () => topi.log(A)],
    ["compute [4, 1, 8] elemwise: tir.floor(A[i0, i1, i2])", () => topi.floor(A)],
    ["compute [4, 1, 8] elemwise: tir.round(A[i0, i1, i2])", () => topi.round(A)],
    [
      "T_sign [4, 1, 8] elemwise: select((A[ax0, ax1, ax2] > 0f), 1f, select((A[ax0, ax1, ax2] < 0f), -1f, 0f))",
      () => topi.sign(A),
    ],
    [
      "T_logical_not [4, 3, 8] elemwise: !T_greater[ax0, ax1, ax2]",
      () => topi.logicalNot(topi.greater(A, B)),
    ],
    ["T_bitwise_not [4, 8] elemwise: tir.bitwise_not(I[ax0, ax1])", () => topi.bitwiseNot(I)],
    ["compute [4, 1, 8] elemwise: tir.isnan(A[i0, i1, i2])", () => topi.isnan(A)],
    ["compute [4, 1, 8] elemwise: tir.rsqrt(A[i0, i1, i2])", () => topi.rsqrt(A)],
    ["T_full [2, 3] elemwise: 1.5f", () => topi.full([2, 3], "float32", 1.5)],
    ["T_full_like [4, 8] elemwise: 3", () => topi.fullLike(I, 3)],
  ])("%s", (expected, tensor) => {
    expect(text(tensor())).toBe(expected);
  });
});

describe("shapes", () => {
  test.each<[string, () => te.Tensor]>([
    ["T_broadcast_to [2, 3, 8] broadcast: B[ax1, ax2]", () => topi.broadcastTo(B, [2, 3, 8])],
    ["T_broadcast_to [4, 5, 8] broadcast: A[ax0, 0, ax2]", () => topi.broadcastTo(A, [4, 5, 8])],
    ["T_transpose [8, 1, 4] injective: A[ax2, ax1, ax0]", () => topi.transpose(A)],
    ["T_transpose [8, 4, 1] injective: A[ax1, ax2, ax0]", () => topi.transpose(A, [2, 0, 1])],
    [
      "T_reshape [8, 4] injective: A[floormod(floordiv(((ax0*4) + ax1), 8), 4), 0, floormod(((ax0*4) + ax1), 8)]",
      () => topi.reshape(A, [8, 4]),
    ],
    [
      "T_reshape [32] injective: A[floormod(floordiv(ax0, 8), 4), 0, floormod(ax0, 8)]",
      () => topi.reshape(A, [32]),
    ],
    ["T_squeeze [4, 8] injective: A[ax0, 0, ax1]", () => topi.squeeze(A)],
    ["T_squeeze [4, 8] injective: A[ax0, 0, ax1]", () => topi.squeeze(A, 1)],
    ["T_expand_dims [4, 1, 1, 8] broadcast: A[ax0, ax2, ax3]", () => topi.expandDims(A, 1)],
    ["T_expand_dims [4, 1, 8, 1, 1] broadcast: A[ax0, ax1, ax2]", () => topi.expandDims(A, -1, 2)],
    [
      "T_concat [12, 8] injective: tir.if_then_else((((ax0 - 4) - 4) >= 0), I[((ax0 - 4) - 4), ax1], tir.if_then_else(((ax0 - 4) >= 0), I[(ax0 - 4), ax1], I[ax0, ax1]))",
      () => topi.concatenate([I, I, I], 0),
    ],
    [
      "T_concat [4, 1, 16] injective: tir.if_then_else(((ax2 - 8) >= 0), A[ax0, ax1, (ax2 - 8)], A[ax0, ax1, ax2])",
      () => topi.concatenate([A, A], -1),
    ],
    [
      "T_reshape [(n*8)] injective: S[floormod(floordiv(ax0, 8), n), floormod(ax0, 8)]",
      () => topi.reshape(S, [n.mul(8)]),
    ],
  ])("%s", (expected, tensor) => {
    expect(text(tensor())).toBe(expected);
  });
});

describe("reductions", () => {
  test.each<[string, () => te.Tensor]>([
    [
      "A_red [] comm_reduce: reduce(combiner=comm_reducer(result=[(x + y)], lhs=[x], rhs=[y], identity_element=[0f]), source=[A[k0, k1, k2]], init=[], axis=[iter_var(k0, range(min=0, ext=4)), iter_var(k1, range(min=0, ext=1)), iter_var(k2, range(min=0, ext=8))], where=(bool)1, value_index=0)",
      () => topi.sum(A),
    ],
    [
      "A_red [4, 8] comm_reduce: reduce(combiner=comm_reducer(result=[(x + y)], lhs=[x], rhs=[y], identity_element=[0f]), source=[A[ax0, k1, ax1]], init=[], axis=[iter_var(k1, range(min=0, ext=1))], where=(bool)1, value_index=0)",
      () => topi.sum(A, 1),
    ],
    [
      "A_red [4, 1, 1] comm_reduce: reduce(combiner=comm_reducer(result=[(x + y)], lhs=[x], rhs=[y], identity_element=[0f]), source=[A[ax0, ax1, k2]], init=[], axis=[iter_var(k2, range(min=0, ext=8))], where=(bool)1, value_index=0)",
      () => topi.sum(A, -1, true),
    ],
    [
      "A_red [1] comm_reduce: reduce(combiner=comm_reducer(result=[max(x, y)], lhs=[x], rhs=[y], identity_element=[-inff]), source=[A[k0, ax0, k2]], init=[], axis=[iter_var(k0, range(min=0, ext=4)), iter_var(k2, range(min=0, ext=8))], where=(bool)1, value_index=0)",
      () => topi.max(A, [0, 2]),
    ],
    [
      "I_red [8] comm_reduce: reduce(combiner=comm_reducer(result=[min(x, y)], lhs=[x], rhs=[y], identity_element=[2147483647]), source=[I[k0, ax0]], init=[], axis=[iter_var(k0, range(min=0, ext=4))], where=(bool)1, value_index=0)",
      () => topi.min(I, 0),
    ],
    [
      "A_red [1, 8] comm_reduce: reduce(combiner=comm_reducer(result=[(x*y)], lhs=[x], rhs=[y], identity_element=[1f]), source=[A[k0, ax0, ax1]], init=[], axis=[iter_var(k0, range(min=0, ext=4))], where=(bool)1, value_index=0)",
      () => topi.prod(A, 0),
    ],
    ["I_red [4] comm_reduce_idx: I_red_temp.v0[ax0]", () => topi.argmax(I, 1)],
    ["I_red [4, 1] comm_reduce_idx: I_red_temp.v0[ax0, ax1]", () => topi.argmin(I, 1, true)],
    ["A_red [] comm_reduce_idx: A_red_temp.v0[]", () => topi.argmax(A)],
    [
      "T_greater_red [4, 8] comm_reduce: reduce(combiner=comm_reducer(result=[(x && y)], lhs=[x], rhs=[y], identity_element=[(bool)1]), source=[T_greater[ax0, k1, ax1]], init=[], axis=[iter_var(k1, range(min=0, ext=3))], where=(bool)1, value_index=0)",
      () => topi.all(topi.greater(A, B), 1),
    ],
    [
      "T_greater_red [] comm_reduce: reduce(combiner=comm_reducer(result=[(x || y)], lhs=[x], rhs=[y], identity_element=[(bool)0]), source=[T_greater[k0, k1, k2]], init=[], axis=[iter_var(k0, range(min=0, ext=4)), iter_var(k1, range(min=0, ext=3)), iter_var(k2, range(min=0, ext=8))], where=(bool)1, value_index=0)",
      () => topi.any(topi.greater(A, B)),
    ],
  ])("%s", (expected, tensor) => {
    expect(text(tensor())).toBe(expected);
  });
});

describe("products", () => {
  test.each<[string, () => te.Tensor]>([
    [
      "T_matmul [4, 4] matmul: reduce(combiner=comm_reducer(result=[(x + y)], lhs=[x], rhs=[y], identity_element=[0]), source=[(I[ax0, k]*T_transpose[k, ax1])], init=[], axis=[iter_var(k, range(min=0, ext=8))], where=(bool)1, value_index=0)",
      () => topi.matmul(I, topi.transpose(I)),
    ],
    [
      "T_matmul [4, 4] matmul: reduce(combiner=comm_reducer(result=[(x + y)], lhs=[x], rhs=[y], identity_element=[0]), source=[(I[ax0, k]*I[ax1, k])], init=[], axis=[iter_var(k, range(min=0, ext=8))], where=(bool)1, value_index=0)",
      () => topi.matmul(I, I, false, true),
    ],
    [
      "T_matmul_NT [4, 4] dense: reduce(combiner=comm_reducer(result=[(x + y)], lhs=[x], rhs=[y], identity_element=[0]), source=[(I[i, k]*I[j, k])], init=[], axis=[iter_var(k, range(min=0, ext=8))], where=(bool)1, value_index=0)",
      () => topi.nn.dense(I, I),
    ],
    [
      "T_matmul_NT [4, 4] dense: reduce(combiner=comm_reducer(result=[(x + y)], lhs=[x], rhs=[y], identity_element=[(int64)0]), source=[(int64(I[i, k])*int64(I[j, k]))], init=[], axis=[iter_var(k, range(min=0, ext=8))], where=(bool)1, value_index=0)",
      () => topi.nn.matmul(I, I, { outDtype: "int64", transposeB: true }),
    ],
    [
      "T_matmul_TN [8, 8] matmul: reduce(combiner=comm_reducer(result=[(x + y)], lhs=[x], rhs=[y], identity_element=[0]), source=[(I[k, i]*I[k, j])], init=[], axis=[iter_var(k, range(min=0, ext=4))], where=(bool)1, value_index=0)",
      () => topi.nn.matmul(I, I, { transposeA: true }),
    ],
    [
      "compute [4, 4] broadcast: (T_matmul_NT[i, j] + bias[j])",
      () => topi.nn.dense(floats, floats, { bias: bias }),
    ],
  ])("%s", (expected, tensor) => {
    expect(text(tensor())).toBe(expected);
  });
});

describe("padding and dilation", () => {
  test.each<[string, () => te.Tensor]>([
    [
      "PadInput [6, 1, 10] injective,pad: tir.if_then_else(((((i0 >= 1) && (i0 < 5)) && (i2 >= 1)) && (i2 < 9)), A[(i0 - 1), i1, (i2 - 1)], 0f)",
      () => topi.nn.pad(A, [1, 0, 1]),
    ],
    [
      "P [5, 3, 11] injective,pad: tir.if_then_else(((((((i0 >= 0) && (i0 < 4)) && (i1 >= 1)) && (i1 < 2)) && (i2 >= 2)) && (i2 < 10)), A[i0, (i1 - 1), (i2 - 2)], -1f)",
      () => topi.nn.pad(A, [0, 1, 2], [1, 1, 1], { name: "P", padValue: -1 }),
    ],
    ["PadInput [4, 1, 8] injective,pad: A[i0, i1, i2]", () => topi.nn.pad(A, [0, 0, 0])],
    [
      "DilatedInput [4, 1, 22] injective,dilate: tir.if_then_else(((floormod(i1, 2) == 0) && (floormod(i2, 3) == 0)), A[i0, floordiv(i1, 2), floordiv(i2, 3)], 0f)",
      () => topi.nn.dilate(A, [1, 2, 3]),
    ],
    ["DilatedInput [4, 1, 8] injective,dilate: A[i0, i1, i2]", () => topi.nn.dilate(A, [1, 1, 1])],
    [
      "PadInput [(n + 2), 10] injective,pad: tir.if_then_else(((((i0 >= 1) && (i0 < (n + 1))) && (i1 >= 1)) && (i1 < 9)), S[(i0 - 1), (i1 - 1)], 0f)",
      () => topi.nn.pad(S, [1, 1]),
    ],
  ])("%s", (expected, tensor) => {
    expect(text(tensor())).toBe(expected);
  });
});

test("argmax reduces position and value together, and returns the position", () => {
  const [both] = topi.argmax(I, 1).op.inputTensors;
  const { body, name } = both!.op as te.ComputeOp;
  const [x, y] = ["argmax_lhs_1", "argmax_rhs_1"];
  const [i, j] = ["argmax_lhs_0", "argmax_rhs_0"];
  expect(name).toBe("I_red_temp");
  expect(tir.reprExpr(body[0]!)).toBe(
    `reduce(combiner=comm_reducer(result=[select(((${x} > ${y}) || ((${x} == ${y}) && ` +
      `(${i} < ${j}))), ${i}, ${j}), select((${x} > ${y}), ${x}, ${y})], lhs=[${i}, ${x}], ` +
      `rhs=[${j}, ${y}], identity_element=[2147483647, -2147483648]), source=[k1, I[ax0, k1]], init=[], ` +
      "axis=[iter_var(k1, range(min=0, ext=8))], where=(bool)1, value_index=0)",
  );
});

test("the weights of a product may have another layout", () => {
  const weights = te.placeholder([4, 8], { name: "W", dtype: "int32" });
  expect(topi.nn.dense(I, weights).op.attrs["layout_free_placeholders"]).toEqual([weights]);
});
