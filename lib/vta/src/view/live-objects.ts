/**
 * Objects of which a front end may ask more than an output shows, by their numbered parts. A kernel that offers comms
 * (`jupyter.comm`, see docs/cells.md) takes the questions; anywhere else nothing is kept.
 */

import { TvmError, view } from "tvm-ts";

/** A question about a part, `request` being the question's number. */
export interface LiveRequest {
  readonly request: number;
  readonly index: number;
}

/** The answer where the part cannot be shown. */
export interface LiveRefusal {
  readonly request: number;
  readonly error: string;
}

/** Objects that are kept; the one shown longest ago goes first. */
const KEPT = 16;

export class LiveObjects<T extends object> {
  private readonly kept = new Map<string, T>();

  /**
   * @param kind of objects: a front end opens a comm `tvm-vta.study` for a study, naming it by
   * `{ study: id }`
   * @param answer what is sent of a part besides the question's number
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

  /** The name by which an object can be asked about. */
  keep(object: T): string {
    for (const [id, known] of this.kept) if (known === object) return id;
    const id = globalThis.crypto.randomUUID();
    this.kept.set(id, object);
    if (this.kept.size > KEPT) this.kept.delete([...this.kept.keys()][0]!);
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

/** What a cell would show of a value. */
export function shown(value: object): view.MimeBundle {
  const display = (value as Record<symbol, () => view.MimeBundle>)[Symbol.for("Jupyter.display")]!;
  return display.call(value);
}
