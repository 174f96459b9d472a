/**
 * Objects of which a front end can request more than an output shows, by numbered parts. A kernel with comms
 * (`jupyter.comm`, see docs/cells.md) receives the requests; without comms no object is kept.
 */

import { TvmError, view } from "tvm-ts";

/** A request for a part; `request` is the request's number. */
export interface LiveRequest {
  readonly request: number;
  readonly index: number;
}

/** The reply if the part cannot be shown. */
export interface LiveRefusal {
  readonly request: number;
  readonly error: string;
}

/** The number of objects to keep; the least recently shown is dropped first. */
const MAX_KEPT_OBJECTS = 16;

export class LiveObjects<T extends object> {
  private readonly kept = new Map<string, T>();

  /**
   * @param kind the kind of objects: for a study, a front end opens a comm `tvm-vta.study` with the data `{
   * study: id }`
   * @param answer makes the reply for a part, without the request's number
   */
  constructor(comms: view.KernelComms, kind: string, answer: (object: T, index: number) => object) {
    comms.register(`tvm-vta.${kind}`, (comm, { data }) => {
      const id = (data as Record<string, unknown>)[kind];
      const object = typeof id === "string" ? this.kept.get(id) : undefined;
      if (object === undefined) {
        comm.close();
        return;
      }
      comm.onMessage(({ data: question }) => {
        const { request, index } = question as LiveRequest;
        comm.send({ request, ...replyOrRefusal(() => answer(object, index)) });
      });
    });
  }

  /** The id for requests about an object. */
  keep(object: T): string {
    for (const [id, known] of this.kept) if (known === object) return id;
    const id = globalThis.crypto.randomUUID();
    this.kept.set(id, object);
    if (this.kept.size > MAX_KEPT_OBJECTS) this.kept.delete([...this.kept.keys()][0]!);
    return id;
  }
}

function replyOrRefusal(answer: () => object): object {
  try {
    return answer();
  } catch (error) {
    if (!(error instanceof TvmError)) throw error;
    return { error: error.message };
  }
}

/** The output of a cell with this value. */
export function shown(value: object): view.MimeBundle {
  const display = (value as Record<symbol, () => view.MimeBundle>)[Symbol.for("Jupyter.display")]!;
  return display.call(value);
}
