/**
 * The keys of attribute statements: what each says about its node, and what its value is. A pass asks
 * for a key by its name, so that a misspelt one is a type error.
 */

export const ATTR_KEYS = {
  /** The node is an IterVar, bound to a thread; the value is how many threads there are. */
  thread_extent: "threads run the body",
  /** The node is an IterVar of virtual threads; the value is how many there are. */
  virtual_thread: "virtual threads run the body",
  /** The node is an IterVar of a pipeline. */
  pipeline_exec_scope: "the body is a pipeline",
  /** The node is a coprocessor's axis; the value is the queue that does the body. */
  coproc_scope: "a coprocessor does the body",
  /** The node is a coprocessor's axis; the value is the function that is handed the body. */
  coproc_uop_scope: "a function records the body",
  /** The node is a buffer and the memory it is bound to; the value is the region. */
  buffer_bind_scope: "a buffer is a region of another",
  /** The node is a buffer; the value is a dimension, a factor and an offset. */
  buffer_dim_align: "the strides of a buffer are aligned",
  /** The node is a buffer, or its memory. */
  double_buffer_scope: "a buffer is filled while it is read",
  double_buffer_write: "the body fills the half of a double buffer that is not read",
  rolling_buffer_scope: "a buffer keeps rows that the next iteration reads again",
  /** The node is a buffer; the value is how many iterations ahead. */
  prefetch_scope: "a buffer is fetched ahead",
  /** The node is a combiner. */
  reduce_scope: "threads reduce together",
  extern_scope: "the body is a program of the user's",
  /** The node is a buffer's memory. */
  volatile_scope: "memory may be written by others",
} as const;

/** A key of the table, or what a schedule's pragma leaves. */
export type AttrKey = keyof typeof ATTR_KEYS | `pragma_${string}`;

/**
 * A key as it comes from a user's program, who may mark statements for passes of their own: it is
 * taken as it is.
 */
export function attrKey(key: string): AttrKey {
  return key as AttrKey;
}
