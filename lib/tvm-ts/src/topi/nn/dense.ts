/** Matrix products and dense layers. */

import { UsageError } from "../../support";
import { reprList } from "../../ir";
import * as te from "../../te";
import type { Tensor } from "../../te";
import { tag } from "../tags";

export interface MatmulOptions {
  /** Added to each row. */
  readonly bias?: Tensor;
  /** The type of the computation and the result; that of the first matrix if left out. */
  readonly outDtype?: string;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/**
 * The product of two matrices, each possibly transposed.
 * @throws UsageError when an argument is not a matrix, or the sizes do not match.
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const { bias, outDtype = a.dtype, transposeA = false, transposeB = false } = options;
  if (a.ndim !== 2 || b.ndim !== 2) {
    throw new UsageError(
      "topi-shapes",
      `matmul: ${a.name} and ${b.name} have ${a.ndim} and ${b.ndim} dimensions; matrices have two`,
    );
  }
  const [rows, inner] = transposeA ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
  const [other, columns] = transposeB ? [b.shape[1]!, b.shape[0]!] : [b.shape[0]!, b.shape[1]!];
  if (!te.sameExtent(inner, other)) {
    throw new UsageError(
      "topi-shapes",
      `matmul: the shapes ${reprList(a.shape)} of ${a.name} and ${reprList(b.shape)} of ${b.name} ` +
        `do not match`,
    );
  }
  const k = te.reduceAxis([0, inner], "k");
  const letters = `${transposeA ? "T" : "N"}${transposeB ? "T" : "N"}`;
  const product = te.compute(
    [rows, columns],
    (i, j) => {
      const left = transposeA ? a(k, i!) : a(i!, k);
      const right = transposeB ? b(j!, k) : b(k, j!);
      return te.sum(left.astype(outDtype).mul(right.astype(outDtype)), k);
    },
    {
      name: `T_matmul_${letters}`,
      tag: letters === "NT" ? "dense" : tag.MATMUL,
      attrs: { layout_free_placeholders: [b] },
    },
  );
  if (bias === undefined) return product;
  if (bias.ndim !== 1)
    throw new UsageError(
      "topi-shapes",
      `matmul: the bias ${bias.name} has ${bias.ndim} dimensions; it must have one`,
    );
  return te.compute([rows, columns], (i, j) => product(i!, j!).add(bias(j!).astype(outDtype)), {
    tag: tag.BROADCAST,
  });
}

/** Multiplies `data` by the transposed `weight`: a fully connected layer. */
export function dense(
  data: Tensor,
  weight: Tensor,
  options: Pick<MatmulOptions, "bias" | "outDtype"> = {},
): Tensor {
  return matmul(data, weight, { ...options, transposeB: true });
}
