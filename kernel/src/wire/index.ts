export { readConnection, type Connection } from "./connection";
export { MalformedMessage, PROTOCOL_VERSION, type Json, type Message } from "./message";
export { Sockets, type RequestChannel } from "./sockets";
