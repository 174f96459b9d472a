/**
 * The runtime under the names that compiled host code calls (`VTALoadBuffer2D`, ...).
 *
 * Arguments are WebAssembly's signed 32-bit numbers. The first, the command handle, is ignored: a
 * device has a single queue.
 */

import type { Dram } from "../accelerator";
import type { CommandQueue, RecordKernel } from "./command-queue";

type Word = number | bigint;

/**
 * The functions of a device for compiled code: plain functions, and those that receive code to
 * record.
 */
export interface VtaFunctions {
  readonly extern: Readonly<Record<string, (...args: Word[]) => Word | void>>;
  readonly recording: Readonly<
    Record<string, (site: object, body: RecordKernel, signature: readonly Word[]) => number>
  >;
}

/** @param queueOf returns the queue, which is created on first use */
export function vtaFunctions(dram: Dram, queueOf: () => CommandQueue): VtaFunctions {
  const extern: Record<string, (...args: number[]) => number | void> = {
    VTATLSCommandHandle: () => 1,
    VTABufferAlloc: (size) => dram.alloc(size!),
    VTABufferFree: (buffer) => dram.free(buffer! >>> 0),
    VTABufferCopy(from, fromOffset, to, toOffset, size) {
      const begin = (from! >>> 0) + fromOffset!;
      dram.bytes.copyWithin((to! >>> 0) + toOffset!, begin, begin + size!);
    },
    VTABufferCPUPtr: (_command, buffer) => buffer!,
    // Host and accelerator share memory, so there is no cache to flush.
    VTAReadBarrier: () => undefined,
    VTAWriteBarrier: () => undefined,
    VTASetDebugMode: (_command, flags) => queueOf().setDebugMode(flags!),
    VTALoadBuffer2D: (_command, a, b, c, d, e, f, g, h, i, j, k) =>
      queueOf().loadBuffer2D(a!, b!, c!, d!, e!, f!, g!, h!, i!, j!, k!),
    VTAStoreBuffer2D: (_command, a, b, c, d, e, f, g) =>
      queueOf().storeBuffer2D(a!, b!, c!, d!, e!, f!, g!),
    VTAUopPush: (a, b, c, d, e, f, g, h) => queueOf().uopPush(a!, b!, c!, d!, e!, f!, g!, h!),
    VTAUopLoopBegin: (a, b, c, d) => queueOf().uopLoopBegin(a!, b!, c!, d!),
    VTAUopLoopEnd: () => queueOf().uopLoopEnd(),
    VTADepPush(_command, from, to) {
      queueOf().depPush(from!, to!);
      return 0;
    },
    VTADepPop(_command, from, to) {
      queueOf().depPop(from!, to!);
      return 0;
    },
    VTASynchronize: (_command, waitCycles) => queueOf().synchronize(waitCycles! >>> 0),
  };
  return {
    extern: extern as VtaFunctions["extern"],
    recording: {
      VTAPushGEMMOp(site, body, signature) {
        queueOf().pushGEMMOp(site, body, signature);
        return 0;
      },
      VTAPushALUOp(site, body, signature) {
        queueOf().pushALUOp(site, body, signature);
        return 0;
      },
    },
  };
}
