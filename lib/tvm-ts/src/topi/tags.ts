/** Tags for kinds of operators, which automatic schedules use. */

export const tag = {
  ELEMWISE: "elemwise",
  BROADCAST: "broadcast",
  INJECTIVE: "injective",
  COMM_REDUCE: "comm_reduce",
  COMM_REDUCE_IDX: "comm_reduce_idx",
  MATMUL: "matmul",
} as const;

/** Whether an element of the result depends on one element of each input. */
export function isBroadcast(text: string): boolean {
  return text.startsWith(tag.ELEMWISE) || text.startsWith(tag.BROADCAST);
}

/** Whether the operator has no reduction. */
export function isInjective(text: string): boolean {
  return isBroadcast(text) || text.startsWith(tag.INJECTIVE);
}
