/**
 * Plans the execution of a GEMM's loops.
 *
 * The products of a GEMM may be summed in any order. The plan chooses a loop whose iterations share
 * a weight element (then weights stay in registers while rows of inputs are read), or, if weights
 * are used once, a loop whose iterations share an accumulator element. Successive micro-ops with
 * constant index steps count as such a loop:
 *
 *     uops (0, 0, 5) (1, 1, 5) (2, 2, 5) (0, 3, 6) (1, 4, 6) (2, 5, 6)
 *     rows (dst 0, src 0, wgt 5, n 3, steps 1 1)  (dst 0, src 3, wgt 6, n 3, steps 1 1)
 */

/** A loop of a GEMM: its extent, and the step of each index. */
export interface GemmLoop {
  readonly extent: number;
  readonly dst: number;
  readonly src: number;
  readonly wgt: number;
}

export interface GemmPlan {
  /**
   * `rows`: an entry has a weight element for several rows. `sums`: several weights for an
   * accumulator.
   */
  readonly kind: "rows" | "sums";
  /** Entries of the list. */
  readonly entries: number;
  /** The most products of an entry. */
  readonly perEntry: number;
  readonly outer: GemmLoop;
  readonly inner: GemmLoop;
}

const ENTRY_WORDS = 6;
const ONCE: GemmLoop = { extent: 1, dst: 0, src: 0, wgt: 0 };

/**
 * The least number of rows for which widening a weight element is faster; measured, see
 * docs/simulator.md.
 */
const ROWS_THAT_PAY = 3;

/** Micro-ops, unpacked: `dst[i]`, `src[i]`, `wgt[i]` for i in 0..count. */
export interface UopIndices {
  readonly count: number;
  readonly dst: Int32Array;
  readonly src: Int32Array;
  readonly wgt: Int32Array;
}

/**
 * Chooses the innermost loop and writes its entries to `list` from `at` on.
 * @param batch rows of an input element
 * @param canSum whether the kernel for sums can be used
 */
export function planGemm(
  uops: UopIndices,
  outer: GemmLoop,
  inner: GemmLoop,
  batch: number,
  canSum: boolean,
  list: Uint32Array,
  at: number,
): GemmPlan {
  const groups = countGroups(uops);
  const uopRows = uops.count / groups;
  const innerRows = inner.wgt === 0 ? inner.extent : 1;
  const outerRows = outer.wgt === 0 ? outer.extent : 1;
  const rows = Math.max(uopRows, innerRows, outerRows);
  if (rows * batch >= ROWS_THAT_PAY || !canSum) {
    if (uopRows === rows) {
      const perEntry = writeGroups(uops, list, at);
      return { kind: "rows", entries: groups, perEntry, outer, inner };
    }
    const loop = innerRows === rows ? inner : outer;
    writeRepeated(uops, loop.extent, loop.dst, loop.src, list, at);
    return {
      kind: "rows",
      entries: uops.count,
      perEntry: loop.extent,
      outer: loop === outer ? ONCE : outer,
      inner: loop === inner ? ONCE : inner,
    };
  }
  const innerSums = inner.dst === 0 ? inner.extent : 1;
  const outerSums = outer.dst === 0 ? outer.extent : 1;
  const loop = innerSums >= outerSums ? inner : outer;
  const extent = Math.max(innerSums, outerSums);
  if (extent === 1) {
    writeRepeated(uops, 1, 0, 0, list, at);
    return { kind: "sums", entries: uops.count, perEntry: 1, outer, inner };
  }
  writeRepeated(uops, extent, loop.src, loop.wgt, list, at);
  return {
    kind: "sums",
    entries: uops.count,
    perEntry: extent,
    outer: loop === outer ? ONCE : outer,
    inner: loop === inner ? ONCE : inner,
  };
}

/**
 * The end of the group that starts with micro-op `first`: micro-ops with the same weight and
 * constant steps.
 */
function groupEnd({ count, dst, src, wgt }: UopIndices, first: number): number {
  let next = first + 1;
  if (next === count || wgt[next] !== wgt[first]) return next;
  const dstStep = dst[next]! - dst[first]!;
  const srcStep = src[next]! - src[first]!;
  next++;
  while (
    next < count &&
    wgt[next] === wgt[first] &&
    dst[next]! - dst[next - 1]! === dstStep &&
    src[next]! - src[next - 1]! === srcStep
  ) {
    next++;
  }
  return next;
}

function countGroups(uops: UopIndices): number {
  let groups = 0;
  for (let i = 0; i < uops.count; i = groupEnd(uops, i)) groups++;
  return groups;
}

/** Writes an entry for each group; returns the length of the longest. */
function writeGroups(uops: UopIndices, list: Uint32Array, at: number): number {
  const { count, dst, src, wgt } = uops;
  let longest = 0;
  for (let i = 0; i < count;) {
    const end = groupEnd(uops, i);
    const more = end - i > 1;
    list[at] = dst[i]!;
    list[at + 1] = src[i]!;
    list[at + 2] = wgt[i]!;
    list[at + 3] = end - i;
    list[at + 4] = more ? dst[i + 1]! - dst[i]! : 0;
    list[at + 5] = more ? src[i + 1]! - src[i]! : 0;
    longest = Math.max(longest, end - i);
    at += ENTRY_WORDS;
    i = end;
  }
  return longest;
}

/** Writes an entry for each micro-op, all with the same loop. */
function writeRepeated(
  { count, dst, src, wgt }: UopIndices,
  extent: number,
  firstStep: number,
  secondStep: number,
  list: Uint32Array,
  at: number,
): void {
  for (let i = 0; i < count; i++) {
    list[at] = dst[i]!;
    list[at + 1] = src[i]!;
    list[at + 2] = wgt[i]!;
    list[at + 3] = extent;
    list[at + 4] = firstStep;
    list[at + 5] = secondStep;
    at += ENTRY_WORDS;
  }
}
