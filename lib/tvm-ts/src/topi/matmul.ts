/** The matrix product; `nn.matmul` also converts types and adds a bias. */

import { UsageError } from "../support";
import { mul, reprList } from "../ir";
import { reduceAxis, sameExtent, sum, type Tensor } from "../te";
import { define } from "./define";
import { tag } from "./tags";

/**
 * The product of two matrices, each possibly transposed.
 * @throws UsageError when an argument is not a matrix, or the sizes do not match.
 */
export function matmul(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  const [rows, inner] = transposeA ? [a.shape[1], a.shape[0]] : [a.shape[0], a.shape[1]];
  const [other, columns] = transposeB ? [b.shape[1], b.shape[0]] : [b.shape[0], b.shape[1]];
  if (a.ndim !== 2 || b.ndim !== 2 || !sameExtent(inner!, other!)) {
    throw new UsageError(
      "topi-shapes",
      `matmul: shapes ${reprList(a.shape)} of ${a.name} and ${reprList(b.shape)} of ${b.name} are ` +
        `not those of matrices that can be multiplied`,
    );
  }
  const k = reduceAxis([0, inner!], "k");
  return define(
    [rows!, columns!],
    ([i, j]) => {
      const left = transposeA ? a(k, i!) : a(i!, k);
      const right = transposeB ? b(j!, k) : b(k, j!);
      return sum(mul(left, right), k);
    },
    { name: "T_matmul", tag: tag.MATMUL },
  );
}
