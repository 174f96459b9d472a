/**
 * Full data of tensors whose outputs are reduced: copies of the large tensors that were displayed
 * last, from which a front end can request parts. Needs a kernel with comms (`jupyter.comm`, see
 * docs/cells.md); without comms, nothing is kept.
 */

import { elementCount, UsageError } from "../support";
import { perKernel, type KernelComm, type KernelComms } from "./kernel-comms";
import { matrixTile, type MatrixSides, type IndexRange } from "./matrix-tile";
import { isReduced, type Reduced, type BlockReduction } from "./downsample";

/** The comm's target name: a front end opens a comm for a tensor with the data `{ tensor: id }`. */
const TENSOR_TARGET = "tvm-vta.tensor";

/** A request for a tile; `request` is its number. */
export interface TileRequest extends MatrixSides {
  readonly request: number;
  readonly down: IndexRange;
  readonly across: IndexRange;
  /** The most rows, and the most columns, of the reply. */
  readonly most: number;
}

/** The reply; the values are a buffer of little-endian doubles, row by row. */
export interface TileReply {
  readonly request: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowBlock: number;
  readonly columnBlock: number;
}

/** The reply to an invalid request. */
export interface TileRefusal {
  readonly request: number;
  readonly error: string;
}

interface KeptTensor {
  readonly elements: Float64Array;
  readonly shape: readonly number[];
  readonly reduction: BlockReduction;
}

/** The most bytes of kept tensors; the tensor displayed first is dropped first. */
const CAPACITY = 256 * 2 ** 20;

/** The most rows and columns of a reply. */
const MAX_TILE_SIDE = 2048;

class LiveTensors {
  private readonly kept = new Map<string, KeptTensor>();
  private bytes = 0;

  constructor(comms: KernelComms) {
    comms.register(TENSOR_TARGET, (comm, { data }) => {
      const { tensor } = data as { tensor?: unknown };
      if (typeof tensor !== "string" || !this.kept.has(tensor)) {
        comm.close();
        return;
      }
      comm.onMessage((message) => this.sendTile(comm, tensor, message.data as TileRequest));
    });
  }

  /** Keeps a tensor; returns the id for requests. */
  keep(elements: Float64Array, shape: readonly number[], reduction: BlockReduction): string {
    const id = globalThis.crypto.randomUUID();
    this.kept.set(id, { elements, shape, reduction });
    this.bytes += elements.byteLength;
    for (const [oldest, { elements: old }] of this.kept) {
      if (this.bytes <= CAPACITY || oldest === id) break;
      this.kept.delete(oldest);
      this.bytes -= old.byteLength;
    }
    return id;
  }

  private sendTile(comm: KernelComm, id: string, request: TileRequest): void {
    const tensor = this.kept.get(id);
    if (tensor === undefined) {
      comm.close();
      return;
    }
    try {
      const { elements, shape, reduction } = tensor;
      const { down, across, most } = checkRequest(request, shape);
      const tile = matrixTile(elements, shape, request, down, across, most, reduction);
      const { values, ...sizes } = tile;
      const reply: TileReply = { request: request.request, ...sizes };
      comm.send(reply, { buffers: [new Uint8Array(values.buffer)] });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const refusal: TileRefusal = { request: request.request, error: error.message };
      comm.send(refusal);
    }
  }
}

/** @throws UsageError for an invalid request. */
function checkRequest(request: TileRequest, shape: readonly number[]): TileRequest {
  const { rows, columns, at, down, across, most } = request;
  const axes = [rows, columns].every(Array.isArray) ? [...rows, ...columns] : [NaN];
  const fits =
    new Set(axes).size === axes.length &&
    axes.every((axis) => isIndex(axis, shape.length)) &&
    Array.isArray(at) &&
    shape.every((extent, axis) => axes.includes(axis) || isIndex(at[axis], extent)) &&
    isIndexRange(down, extentOf(rows, shape)) &&
    isIndexRange(across, extentOf(columns, shape)) &&
    isIndex(most, MAX_TILE_SIDE + 1) &&
    most > 0;
  if (!fits) throw new UsageError("view-data", "the requested part is not within the tensor");
  return request;
}

function extentOf(axes: readonly number[], shape: readonly number[]): number {
  return elementCount(axes.map((axis) => shape[axis]!));
}

function isIndex(value: unknown, extent: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < extent;
}

function isIndexRange(value: IndexRange | undefined, extent: number): boolean {
  return (
    isIndex(value?.start, extent) && isIndex(value?.stop, extent + 1) && value!.start < value!.stop
  );
}

const liveTensors = perKernel((comms) => new LiveTensors(comms));

/**
 * Keeps a tensor that is displayed reduced, and returns its id for the output's JSON; empty if it
 * is not reduced, or without a kernel.
 */
export function keepLive(
  elements: Float64Array,
  reduced: Reduced,
  shape: readonly number[],
  reduction: BlockReduction,
): { live?: string } {
  const tensors = isReduced(reduced) ? liveTensors() : undefined;
  return tensors === undefined ? {} : { live: tensors.keep(elements, shape, reduction) };
}
