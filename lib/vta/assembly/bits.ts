/**
 * Values of 1 to 32 bits, packed as they are stored in DRAM: lowest bits first, none across a word.
 */

/** Value `index` of a packed array, sign-extended. */
export function unpackOne(array: usize, index: usize, bits: i32): i32 {
  if (bits === 8) return load<i8>(array + index);
  if (bits === 16) return load<i16>(array + index * 2);
  if (bits === 32) return load<i32>(array + index * 4);
  const bit = <i32>index * bits;
  const raw = (<i32>load<u8>(array + (bit >> 3))) >> (bit & 7);
  return (raw << (32 - bits)) >> (32 - bits);
}

/** Writes the low bits of `value` as value `index` of a packed array. */
export function packOne(array: usize, index: usize, bits: i32, value: i32): void {
  if (bits === 8) store<u8>(array + index, value);
  else if (bits === 16) store<u16>(array + index * 2, value);
  else if (bits === 32) store<i32>(array + index * 4, value);
  else {
    const bit = <i32>index * bits;
    const at = array + (bit >> 3);
    const mask = ((1 << bits) - 1) << (bit & 7);
    store<u8>(at, ((<i32>load<u8>(at)) & ~mask) | ((value << (bit & 7)) & mask));
  }
}
