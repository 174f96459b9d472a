/**
 * The sizes that follow from a configuration, and whether hardware of those sizes can exist.
 *
 * A memory's *depth* is how many elements it holds. Instructions and micro-ops have fixed lengths,
 * so depths compete for their bits; that is what makes a configuration infeasible.
 */

import { UsageError } from "tvm-ts";
import { DRAM_PAGE_BYTES } from "./isa-constants";
import { deriveKeys, type VtaConfig } from "./schema";

/** Logarithms to base 2: of a memory's depth in elements and of its element's bits. */
export interface HardwareShape {
  readonly logUopDepth: number;
  readonly logInpDepth: number;
  readonly logWgtDepth: number;
  readonly logAccDepth: number;
  readonly logInpElemBits: number;
  readonly logWgtElemBits: number;
  readonly logAccElemBits: number;
  readonly logOutElemBits: number;
}

const LOG_BYTE = 3;
const LOG_UOP_BITS = 5;

export function hardwareShape(config: VtaConfig): HardwareShape {
  const { LOG_BATCH, LOG_INP_WIDTH, LOG_WGT_WIDTH, LOG_ACC_WIDTH } = config;
  const { LOG_BLOCK_IN, LOG_BLOCK_OUT, LOG_OUT_WIDTH } = deriveKeys(config);
  const logInpElemBits = LOG_BATCH + LOG_BLOCK_IN + LOG_INP_WIDTH;
  const logWgtElemBits = LOG_BLOCK_OUT + LOG_BLOCK_IN + LOG_WGT_WIDTH;
  const logAccElemBits = LOG_BATCH + LOG_BLOCK_OUT + LOG_ACC_WIDTH;
  const logOutElemBits = LOG_BATCH + LOG_BLOCK_OUT + LOG_OUT_WIDTH;
  return {
    logUopDepth: config.LOG_UOP_BUFF_SIZE + LOG_BYTE - LOG_UOP_BITS,
    logInpDepth: config.LOG_INP_BUFF_SIZE + LOG_BYTE - logInpElemBits,
    logWgtDepth: config.LOG_WGT_BUFF_SIZE + LOG_BYTE - logWgtElemBits,
    logAccDepth: config.LOG_ACC_BUFF_SIZE + LOG_BYTE - logAccElemBits,
    logInpElemBits,
    logWgtElemBits,
    logAccElemBits,
    logOutElemBits,
  };
}

/** An inequality `left <= right` that hardware must satisfy. */
interface Inequality {
  readonly what: string;
  readonly left: number;
  readonly formula: string;
  readonly right: number;
}

function inequalities(config: VtaConfig): Inequality[] {
  const shape = hardwareShape(config);
  const { logUopDepth: U, logInpDepth: I, logWgtDepth: W, logAccDepth: A } = shape;
  const names = "A, I, W, U = log2 of the accumulator, input, weight and micro-op depths";
  const list: Inequality[] = [
    {
      what: "an accumulator is at least as wide as an input",
      left: config.LOG_INP_WIDTH,
      formula: "LOG_INP_WIDTH <= LOG_ACC_WIDTH",
      right: config.LOG_ACC_WIDTH,
    },
  ];
  for (const [memory, logDepth, logElemBits] of [
    ["micro-op", U, LOG_UOP_BITS],
    ["input", I, shape.logInpElemBits],
    ["weight", W, shape.logWgtElemBits],
    ["accumulator", A, shape.logAccElemBits],
  ] as const) {
    list.push(
      {
        what: `the ${memory} memory holds at least two elements`,
        left: 1,
        formula: `1 <= log2 of its depth`,
        right: logDepth,
      },
      {
        what: `a LOAD can address the whole ${memory} memory with 16 bits`,
        left: logDepth,
        formula: `log2 of its depth <= 16`,
        right: 16,
      },
      {
        what: `an element of the ${memory} memory is a byte or more`,
        left: 8,
        formula: "8 <= bits of an element",
        right: 2 ** logElemBits,
      },
      {
        what: `an element of the ${memory} memory fits a page of DRAM`,
        left: 2 ** logElemBits / 8,
        formula: `bytes of an element <= ${DRAM_PAGE_BYTES}`,
        right: DRAM_PAGE_BYTES,
      },
    );
  }
  list.push(
    {
      what: "a stored element is a byte or more",
      left: 8,
      formula: "8 <= bits of an output element",
      right: 2 ** shape.logOutElemBits,
    },
    {
      what: "a micro-op fits its 32 bits",
      left: A + Math.max(A, I) + W,
      formula: `A + max(A, I) + W <= 32, where ${names}`,
      right: 32,
    },
    {
      what: "micro-op range and loop extents fit the first half of a GEMM or ALU instruction",
      left: 37 + 2 * U,
      formula: `37 + 2*U <= 64, where ${names}`,
      right: 64,
    },
    {
      what: "the index factors fit the second half of a GEMM instruction",
      left: 2 * (A + I + W),
      formula: `2*(A + I + W) <= 64, where ${names}`,
      right: 64,
    },
    {
      what: "index factors, operation and immediate fit the second half of an ALU instruction",
      left: 4 * A + 20,
      formula: `4*A + 20 <= 64, where ${names}`,
      right: 64,
    },
  );
  return list;
}

/**
 * Refuses a configuration that no hardware can have.
 * @throws UsageError with the first inequality that fails and its numbers.
 */
export function checkFeasible(config: VtaConfig): void {
  const failing = inequalities(config).find(({ left, right }) => left > right);
  if (failing === undefined) return;
  const { what, formula, left, right } = failing;
  throw new UsageError(
    "vta-configuration",
    `no hardware can have this configuration: ${what}, that is ${formula}, but ${left} > ${right}`,
  );
}
