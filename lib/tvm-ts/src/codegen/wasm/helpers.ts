/** Helper functions of generated code: conversions that WebAssembly lacks. */

import type { Ref } from "./binaryen";
import type { ModuleContext } from "./module-context";

/** 16 bits of a half as an `f32`. */
export function halfToSingle(module: ModuleContext, bits: Ref): Ref {
  const { m, b } = module;
  const name = module.helper("half_to_single", [b.i32], b.f32, [b.i32], () => {
    const [h, magnitude] = [() => m.local.get(0, b.i32), () => m.local.get(1, b.i32)];
    // The exponent's bias differs by 112; the multiplication also brings subnormals into place.
    const finite = m.f32.mul(
      m.f32.reinterpret(m.i32.shl(magnitude(), m.i32.const(13))),
      m.f32.const(2 ** 112),
    );
    const special = m.f32.reinterpret(
      m.i32.or(m.i32.shl(magnitude(), m.i32.const(13)), m.i32.const(0x7f800000)),
    );
    const isFinite = m.i32.lt_u(magnitude(), m.i32.const(0x7c00));
    const sign = m.f32.reinterpret(
      m.i32.or(
        m.i32.shl(m.i32.and(h(), m.i32.const(0x8000)), m.i32.const(16)),
        m.i32.const(0x3f800000),
      ),
    );
    return m.block(
      null,
      [
        m.local.set(1, m.i32.and(h(), m.i32.const(0x7fff))),
        m.f32.copysign(m.select(isFinite, finite, special), sign),
      ],
      b.f32,
    );
  });
  return m.call(name, [bits], b.f32);
}

/** The 16 bits of the half nearest to an `f32`, ties to even. */
export function singleToHalf(module: ModuleContext, value: Ref): Ref {
  const { m, b } = module;
  const name = module.helper("single_to_half", [b.f32], b.i32, [b.i32, b.i32], () => {
    const bits = () => m.i32.reinterpret(m.local.get(0, b.f32));
    const magnitude = () => m.local.get(1, b.i32);
    const i = m.i32;
    const tooLarge = m.select(
      i.gt_u(magnitude(), i.const(0x7f800000)),
      i.const(0x7e00),
      i.const(0x7c00),
    );
    // Adding 0.5 moves the last bit of a subnormal half to the last bit of the sum.
    const subnormal = i.sub(
      i.reinterpret(m.f32.add(m.f32.reinterpret(magnitude()), m.f32.const(0.5))),
      i.const(0x3f000000),
    );
    const odd = i.and(i.shr_u(magnitude(), i.const(13)), i.const(1));
    const normal = i.shr_u(
      i.add(i.add(magnitude(), i.const(0xfff - (112 << 23))), odd),
      i.const(13),
    );
    return m.block(
      null,
      [
        m.local.set(1, i.and(bits(), i.const(0x7fffffff))),
        m.local.set(
          2,
          m.if(
            i.ge_u(magnitude(), i.const(0x47800000)),
            tooLarge,
            m.if(i.lt_u(magnitude(), i.const(0x38800000)), subnormal, normal),
          ),
        ),
        i.or(m.local.get(2, b.i32), i.and(i.shr_u(bits(), i.const(16)), i.const(0x8000))),
      ],
      b.i32,
    );
  });
  return m.call(name, [value], b.i32);
}
