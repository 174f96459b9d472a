/** Comms for cells and views: connections between the session and the front end. */

import type { Comm, CommData, CommExtras, CommMessage, Comms } from "../../types/api";
import { report } from "../hosts/node/evaluator-channel";
import { uuid } from "../wire";
import type { CommPacket } from "./messages";

type Handler = (message: CommMessage) => void;

/** The front end's message that is being handled. */
let cause: string | undefined;

export class CommManager implements Comms {
  private readonly open_ = new Map<string, OpenComm>();
  private readonly targets = new Map<string, (comm: Comm, message: CommMessage) => void>();

  open(target: string, data: CommData = {}, extras: CommExtras = {}): Comm {
    const comm = this.add(uuid(), target);
    report({ kind: "comm", packet: packet("open", comm.id, data, extras, target) });
    return comm;
  }

  register(target: string, accept: (comm: Comm, message: CommMessage) => void): () => void {
    this.targets.set(target, accept);
    return () => {
      if (this.targets.get(target) === accept) this.targets.delete(target);
    };
  }

  /** Handles a message of the front end. */
  receive(packet: CommPacket): void {
    cause = packet.cause;
    try {
      this.handle(packet);
    } finally {
      cause = undefined;
    }
  }

  private handle({ type, id, target = "", data, metadata, buffers }: CommPacket): void {
    const message: CommMessage = { data, metadata, buffers };
    if (type === "open") {
      const accept = this.targets.get(target);
      // In the protocol, this means that there is no such target.
      if (accept === undefined) report({ kind: "comm", packet: packet("close", id, {}, {}) });
      else accept(this.add(id, target), message);
      return;
    }
    const comm = this.open_.get(id);
    if (type === "message") comm?.messageHandler?.(message);
    else comm?.closeFromOutside(message);
  }

  private add(id: string, target: string): OpenComm {
    const comm = new OpenComm(id, target, () => this.open_.delete(id));
    this.open_.set(id, comm);
    return comm;
  }
}

class OpenComm implements Comm {
  closed = false;
  messageHandler: Handler | undefined;
  private closeHandler: Handler | undefined;

  constructor(
    readonly id: string,
    readonly target: string,
    private readonly forget: () => void,
  ) {}

  send(data: CommData, extras: CommExtras = {}): void {
    if (this.closed) throw new Error(`the comm to ${this.target} is closed: open another`);
    report({ kind: "comm", packet: packet("message", this.id, data, extras) });
  }

  close(data: CommData = {}): void {
    if (this.closed) return;
    this.end();
    report({ kind: "comm", packet: packet("close", this.id, data, {}) });
  }

  onMessage(handler: Handler): void {
    this.messageHandler = handler;
  }

  onClose(handler: Handler): void {
    this.closeHandler = handler;
  }

  closeFromOutside(message: CommMessage): void {
    this.end();
    this.closeHandler?.(message);
  }

  private end(): void {
    this.closed = true;
    this.forget();
  }
}

function packet(
  type: CommPacket["type"],
  id: string,
  data: CommData,
  { metadata = {}, buffers = [] }: CommExtras,
  target?: string,
): CommPacket {
  const sent = {
    type,
    id,
    data: asJson(data),
    metadata: asJson(metadata),
    buffers,
    ...(cause !== undefined && { cause }),
  };
  return target === undefined ? sent : { ...sent, target };
}

function asJson(data: CommData): Record<string, unknown> {
  return JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
}
