export { ByteReader } from "./byte-reader";
export { ByteWriter } from "./byte-writer";
export { PROTOCOL_VERSION, RpcCode, TRACKER_MAGIC, TrackerCode, WireTypeCode } from "./codes";
export { wireElementType, wireDataType } from "./wire-dtype";
export { answerHello, greetServer, readHello, refuseHello, type ClientHello } from "./handshake";
export { LIMITS, type Limits } from "./limits";
export {
  packet,
  packetHead,
  readBody,
  readCopiedTensor,
  readCopy,
  readHead,
  valuesPacket,
  type PacketHead,
} from "./packet";
export { ByteStream, type Transport } from "./transport";
export {
  readValues,
  tensorBytes,
  writeTensor,
  writeValues,
  type WireDataType,
  type WireDevice,
  type WireTensor,
  type WireValue,
} from "./value";
