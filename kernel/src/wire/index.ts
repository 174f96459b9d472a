export type { Channels, RequestChannel } from "./channels";
export {
  createMessage,
  PROTOCOL_VERSION,
  type Header,
  type Json,
  type Message,
  type MessageExtras,
} from "./message";
export { uuid } from "./uuid";
