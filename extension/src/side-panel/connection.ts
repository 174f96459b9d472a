/**
 * The side panel's connection to a notebook's kernel: a comm that is queried after every executed cell, and
 * reopened when the kernel has changed or restarted.
 */

import type { ISessionContext } from "@jupyterlab/apputils";
import type { Kernel, KernelMessage } from "@jupyterlab/services";
import { Signal, type ISignal } from "@lumino/signaling";
import * as v from "valibot";
import {
  sessionSchema,
  shownSchema,
  trackersSchema,
  type MimeBundle,
  type SessionData,
  type TrackerData,
} from "./schema";

/** The library's comm target. */
const TARGET = "tvm-vta.session";
/** The implementation name of our kernel; comms are not opened on others. */
const IMPLEMENTATION = "tvm-vta-kernel";

export type SessionState =
  | { readonly kind: "nothing" } // no kernel runs
  | { readonly kind: "foreign" } // another kernel does
  | { readonly kind: "waiting" } // the kernel has not answered yet
  | { readonly kind: "unreadable" } // its reply has another version
  | { readonly kind: "known"; readonly session: SessionData };

export class SessionConnection {
  private comm: Kernel.IComm | undefined;
  /** The number of the current attempt, to drop replies of earlier ones. */
  private attempt = 0;
  private state_: SessionState = { kind: "nothing" };
  private readonly changed_ = new Signal<this, void>(this);
  private readonly trackers_ = new Signal<this, readonly TrackerData[]>(this);
  private readonly shown_ = new Signal<this, { name: string; bundle: MimeBundle }>(this);

  constructor(private readonly context: ISessionContext) {
    context.kernelChanged.connect(this.connect, this);
    context.statusChanged.connect(this.onStatus, this);
    context.iopubMessage.connect(this.onMessage, this);
    this.connect();
  }

  get changed(): ISignal<this, void> {
    return this.changed_;
  }

  /** Emitted with an object that `show` requested. */
  get shown(): ISignal<this, { name: string; bundle: MimeBundle }> {
    return this.shown_;
  }

  get state(): SessionState {
    return this.state_;
  }

  /** Emitted with the trackers' queues. */
  get trackers(): ISignal<this, readonly TrackerData[]> {
    return this.trackers_;
  }

  /** Requests the trackers' queues. */
  requestTrackers(): void {
    this.comm?.send({ trackers: true });
  }

  /** Requests an object's display. */
  show(name: string): void {
    this.comm?.send({ show: name });
  }

  dispose(): void {
    this.closeComm();
    Signal.clearData(this);
  }

  private connect(): void {
    this.closeComm();
    const kernel = this.context.session?.kernel;
    if (kernel === undefined || kernel === null) {
      this.enter({ kind: "nothing" });
      return;
    }
    this.enter({ kind: "waiting" });
    const attempt = this.attempt;
    kernel.info.then(
      ({ implementation }) => {
        if (attempt !== this.attempt) return;
        if (implementation === IMPLEMENTATION) this.open(kernel);
        else this.enter({ kind: "foreign" });
      },
      () => undefined, // the kernel died meanwhile; the panel connects to its successor
    );
  }

  private open(kernel: Kernel.IKernelConnection): void {
    const comm = kernel.createComm(TARGET);
    this.comm = comm;
    comm.onMsg = ({ content }) => this.receive(content.data);
    // The session has not loaded the library yet; a later cell can.
    comm.onClose = () => {
      if (this.comm === comm) this.comm = undefined;
    };
    comm.open();
  }

  private receive(data: unknown): void {
    const shown = v.safeParse(shownSchema, data);
    if (shown.success) {
      const { shown: name, bundle } = shown.output;
      if (bundle !== undefined) this.shown_.emit({ name, bundle });
      return;
    }
    const trackers = v.safeParse(trackersSchema, data);
    // A `SessionView` has `trackers` in the same property.
    if (trackers.success && !("version" in (data as object))) {
      this.trackers_.emit(trackers.output.trackers);
      return;
    }
    const session = v.safeParse(sessionSchema, data);
    this.enter(
      session.success ? { kind: "known", session: session.output } : { kind: "unreadable" },
    );
  }

  /** After a cell: requests an update, or connects if that failed before. */
  private onMessage(_: ISessionContext, message: KernelMessage.IMessage): void {
    const { header, parent_header: parent, content } = message;
    if (header.msg_type !== "status" || !("msg_type" in parent)) return;
    if (parent.msg_type !== "execute_request") return;
    if ((content as { execution_state: string }).execution_state !== "idle") return;
    if (this.comm !== undefined) this.comm.send({});
    else if (this.state_.kind === "waiting") this.connect();
  }

  private onStatus(_: ISessionContext, status: Kernel.Status): void {
    if (status === "restarting" || status === "autorestarting") {
      this.closeComm();
      this.enter({ kind: "waiting" });
    } else if (status === "idle" && this.comm === undefined && this.state_.kind === "waiting") {
      this.connect();
    }
  }

  private closeComm(): void {
    this.attempt++;
    const { comm } = this;
    this.comm = undefined;
    if (comm !== undefined && !comm.isDisposed) comm.close();
  }

  private enter(state: SessionState): void {
    this.state_ = state;
    this.changed_.emit();
  }
}
