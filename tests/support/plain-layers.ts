/** Layers of networks in plain loops over plain layouts, with which packed operators must agree. */

import { np } from "tvm-ts";

type Integers = { readonly [index: number]: number; readonly length: number };

/** Sizes of a convolution over square images, with square windows. */
export interface ConvSizes {
  readonly batch: number;
  readonly size: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly window: number;
  readonly pad: number;
  readonly stride: number;
  readonly groups?: number;
}

export function outputSize({ size, window, pad, stride }: ConvSizes): number {
  return Math.floor((size + 2 * pad - window) / stride) + 1;
}

/** `data` is `[n, c, h, w]`, `kernel` `[o, c / groups, k, k]`; the sums are `[n, o, h', w']`. */
export function convolution(data: Integers, kernel: Integers, sizes: ConvSizes): Int32Array {
  const { batch, size, inputs, outputs, window, pad, stride, groups = 1 } = sizes;
  const out = outputSize(sizes);
  const [share, made] = [inputs / groups, outputs / groups];
  const sums = new Int32Array(batch * outputs * out * out);
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outputs; o++) {
      const first = Math.floor(o / made) * share;
      for (let c = 0; c < share; c++) {
        for (let k = 0; k < window * window; k++) {
          const [di, dj] = [Math.floor(k / window) - pad, (k % window) - pad];
          const weight = kernel[(o * share + c) * window * window + k]!;
          const image = (n * inputs + first + c) * size * size;
          const result = (n * outputs + o) * out * out;
          for (let i = 0; i < out; i++) {
            const y = i * stride + di;
            if (y < 0 || y >= size) continue;
            for (let j = 0; j < out; j++) {
              const x = j * stride + dj;
              if (x >= 0 && x < size) {
                sums[result + i * out + j]! += weight * data[image + y * size + x]!;
              }
            }
          }
        }
      }
    }
  }
  return sums;
}

export function transposedSize({ size, window, pad, stride }: ConvSizes): number {
  return (size - 1) * stride - 2 * pad + window;
}

/** Every pixel of `data` adds a window to the result, `[n, o, h', w']`; `kernel` is `[o, c, k, k]`. */
export function transposedConvolution(
  data: Integers,
  kernel: Integers,
  sizes: ConvSizes,
): Int32Array {
  const { batch, size, inputs, outputs, window, pad, stride } = sizes;
  const out = transposedSize(sizes);
  const sums = new Int32Array(batch * outputs * out * out);
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outputs; o++) {
      for (let c = 0; c < inputs; c++) {
        for (let p = 0; p < size * size; p++) {
          const value = data[(n * inputs + c) * size * size + p]!;
          const [y, x] = [Math.floor(p / size) * stride - pad, (p % size) * stride - pad];
          for (let k = 0; k < window * window; k++) {
            const [i, j] = [y + Math.floor(k / window), x + (k % window)];
            if (i < 0 || i >= out || j < 0 || j >= out) continue;
            const weight = kernel[(o * inputs + c) * window * window + k]!;
            sums[((n * outputs + o) * out + i) * out + j]! += weight * value;
          }
        }
      }
    }
  }
  return sums;
}

/** `data` `[n, c]` times the transposed `weight` `[o, c]`. */
export function matrixProduct(
  data: Integers,
  weight: Integers,
  [n, c, o]: readonly [number, number, number],
): Int32Array {
  const sums = new Int32Array(n * o);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < o; column++) {
      let sum = 0;
      for (let k = 0; k < c; k++) sum += data[row * c + k]! * weight[column * c + k]!;
      sums[row * o + column] = sum;
    }
  }
  return sums;
}

/** Shifted to the right by 8, a bias for each channel added, limited to `[0, 127]`. */
export function finished(
  sums: Int32Array,
  bias: Integers | undefined,
  shape: readonly number[],
): np.ndarray {
  const perChannel = shape.slice(2).reduce((product, length) => product * length, 1);
  const channels = shape[1]!;
  const values = sums.map((sum, i) => {
    const added = bias?.[Math.floor(i / perChannel) % channels] ?? 0;
    return Math.max(0, Math.min(127, (sum >> 8) + added));
  });
  return np.array(Int8Array.from(values)).reshape([...shape]);
}
