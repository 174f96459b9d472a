/**
 * The constants of TVM's RPC protocol, version 0.8.0 (that of TVM 0.10), from
 * `src/runtime/minrpc/rpc_reference.h`, `python/tvm/rpc/base.py` and `c_runtime_api.h`.
 */

/** The magic number with which a client starts an RPC connection; `+1` and `+2` are refusals. */
export const RPC_MAGIC = 0xff271;
export const RPC_DUPLICATE_KEY = RPC_MAGIC + 1;
export const RPC_KEY_MISMATCH = RPC_MAGIC + 2;
/** The magic number with which both sides of a tracker connection start. */
export const TRACKER_MAGIC = 0x2f271;
/** The version in `InitServer`. */
export const PROTOCOL_VERSION = "0.8.0";

/** Codes of packets. */
export enum RpcCode {
  None = 0,
  Shutdown = 1,
  InitServer = 2,
  CallFunc = 3,
  Return = 4,
  Exception = 5,
  CopyFromRemote = 6,
  CopyToRemote = 7,
  CopyAck = 8,
  GetGlobalFunc = 9,
  FreeHandle = 10,
  DevSetDevice = 11,
  DevGetAttr = 12,
  DevAllocData = 13,
  DevFreeData = 14,
  DevStreamSync = 15,
  CopyAmongRemote = 16,
  DevAllocDataWithScope = 17,
  DevCreateStream = 18,
  DevFreeStream = 19,
  DevSetStream = 20,
}

/** Type codes of values in a packed sequence. */
export enum WireTypeCode {
  Int = 0,
  UInt = 1,
  Float = 2,
  Opaque = 3,
  Null = 4,
  DataType = 5,
  Device = 6,
  DLTensor = 7,
  Object = 8,
  Module = 9,
  Func = 10,
  Str = 11,
  Bytes = 12,
  NDArray = 13,
}

/** Codes of requests to a tracker. */
export enum TrackerCode {
  Fail = -1,
  Success = 0,
  Ping = 1,
  Stop = 2,
  Put = 3,
  Request = 4,
  UpdateInfo = 5,
  Summary = 6,
  GetPendingMatchKeys = 7,
}
