/**
 * Converts arrays to and from the accelerator's layouts, whose last two dimensions are a block, one element
 * of an on-chip memory:
 *
 *     images   [n, c, h, w]    <->  [n/BATCH, c/BLOCK, h, w, BATCH, BLOCK]
 *     weights  [o, c, kh, kw]   ->  [o/BLOCK, c/BLOCK, kh, kw, BLOCK, BLOCK]
 *     matrices [n, c]          <->  [n/BATCH, c/BLOCK, BATCH, BLOCK]
 */

import { UsageError, type np } from "tvm-ts";
import { getEnv, type Environment } from "../compiler";

/**
 * Packs an image or a matrix, batch and channels first, into blocks.
 * @throws UsageError when the batch or the channels are not whole blocks.
 */
export function packData(data: np.ndarray, env: Environment = getEnv()): np.ndarray {
  return pack("packData", data, env.BATCH, env.BLOCK_IN);
}

/** Packs weights, output and input channels first, into blocks; throws like `packData`. */
export function packKernel(kernel: np.ndarray, env: Environment = getEnv()): np.ndarray {
  return pack("packKernel", kernel, env.BLOCK_OUT, env.BLOCK_IN);
}

/** The inverse of `packData`, for results. @throws UsageError for an array that is not in blocks. */
export function unpackData(packed: np.ndarray): np.ndarray {
  const { ndim, shape } = packed;
  if (ndim < 4) {
    throw new UsageError(
      "topi-shapes",
      `unpackData takes an array of 4 dimensions or more, the last two a block, not [${shape.join(", ")}]`,
    );
  }
  const inner = Array.from({ length: ndim - 4 }, (_, i) => i + 2);
  const [n, c] = [shape[0]! * shape[ndim - 2]!, shape[1]! * shape[ndim - 1]!];
  const apart = packed.transpose([0, ndim - 2, 1, ndim - 1, ...inner]);
  return apart.reshape([n, c, ...inner.map((dim) => shape[dim]!)]);
}

/** `[n, c, ...]` as `[n/rows, c/columns, ..., rows, columns]`. */
function pack(what: string, array: np.ndarray, rows: number, columns: number): np.ndarray {
  const { ndim, shape } = array;
  const [n, c, ...rest] = shape as [number, number, ...number[]];
  if (ndim < 2 || n % rows !== 0 || c % columns !== 0) {
    throw new UsageError(
      "topi-shapes",
      `${what}: an array of shape [${shape.join(", ")}] is not made of whole blocks of ` +
        `${rows}x${columns} in its first two dimensions; pad it`,
    );
  }
  const inner = rest.map((_, i) => i + 4);
  const apart = array.reshape([n / rows, rows, c / columns, columns, ...rest]);
  return apart.transpose([0, 2, ...inner, 1, 3]);
}
