/**
 * The keys of attribute statements, with the meaning of each key's node and value. Passes use keys by
 * name, so a misspelt key is a type error.
 */

export const ATTR_KEYS = {
  /** The node is an IterVar, bound to a thread; the value is the number of threads. */
  thread_extent: "threads run the body",
  /** The node is an IterVar of virtual threads; the value is their number. */
  virtual_thread: "virtual threads run the body",
  /** The node is an IterVar of a pipeline. */
  pipeline_exec_scope: "the body is a pipeline",
  /** The node is a coprocessor's axis; the value is the queue that executes the body. */
  coproc_scope: "a coprocessor executes the body",
  /** The node is a coprocessor's axis; the value is the function that receives the body. */
  coproc_uop_scope: "a function records the body",
  /** The node is a buffer and the memory it is bound to; the value is the region. */
  buffer_bind_scope: "a buffer is a region of another",
  /** The node is a buffer; the value is a dimension, a factor and an offset. */
  buffer_dim_align: "the strides of a buffer are aligned",
  /** The node is a buffer, or its memory. */
  double_buffer_scope: "a buffer is filled while it is read",
  double_buffer_write: "the body fills the half of a double buffer that is not read",
  rolling_buffer_scope: "a buffer keeps rows that the next iteration reads again",
  /** The node is a buffer; the value is the number of iterations ahead. */
  prefetch_scope: "a buffer is fetched ahead",
  /** The node is a combiner. */
  reduce_scope: "threads reduce together",
  extern_scope: "the body is a program of the user",
  /** The node is a buffer's memory. */
  volatile_scope: "memory may be written by others",
} as const;

/** A key of the table, or the key of a schedule's pragma. */
export type AttrKey = keyof typeof ATTR_KEYS | `pragma_${string}`;

/**
 * A key from a user's program. It is not checked, since users may mark statements for their own
 * passes.
 */
export function attrKey(key: string): AttrKey {
  return key as AttrKey;
}
