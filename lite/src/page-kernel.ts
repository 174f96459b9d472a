/** A kernel of JupyterLite: connects our kernel to JupyterLite's messages. */

import type { KernelMessage } from "@jupyterlab/services";
import type { IKernel } from "@jupyterlite/services";
import { Signal, type ISignal } from "@lumino/signaling";
import { Kernel } from "../../kernel/src/kernel";
import { LanguageClient } from "../../kernel/src/language";
import type { Message, RequestChannel } from "../../kernel/src/wire";
import { PageChannels } from "./page-channels";

export class PageKernel implements IKernel {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly ready: Promise<void>;
  readonly disposed: ISignal<this, void>;
  isDisposed = false;

  private readonly channels: PageChannels;
  private readonly kernel: Kernel;
  private readonly ending = new Signal<this, void>(this);

  constructor({ id, name, location, sendMessage }: IKernel.IOptions) {
    this.id = id;
    this.name = name;
    this.location = location;
    this.disposed = this.ending;
    const language = new LanguageClient((problem) => console.error(problem), location);
    language.start();
    this.channels = new PageChannels(sendMessage);
    this.kernel = new Kernel(this.channels, language, () => undefined, location);
    this.ready = this.kernel.start();
  }

  /** Handles a message without waiting, so that completion works while a cell runs. */
  async handleMessage(message: KernelMessage.IMessage): Promise<void> {
    const { header, parent_header, metadata, content, buffers = [] } = message;
    const received: Message = {
      identities: [],
      header: header as unknown as Message["header"],
      parent: parent_header as Message["parent"],
      metadata: metadata as Message["metadata"],
      content: content as unknown as Message["content"],
      buffers: buffers.map(bytesOf),
    };
    this.channels.receive(message.channel as RequestChannel, received);
  }

  interrupt(): void {
    this.kernel.interrupt();
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    void this.kernel.stop();
    this.ending.emit();
    Signal.clearData(this);
  }
}

function bytesOf(buffer: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
}
