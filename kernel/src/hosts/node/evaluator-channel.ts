/**
 * The evaluator's end of its connection to the kernel.
 *
 * Reports are written synchronously, so that a cell's outputs appear in order while it computes, and a slow
 * kernel slows the cell down instead of filling the memory. The answer to a prompt is read synchronously too.
 */

import { readSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { encodeFrame, FrameReader } from "./frames";
import type { Answer, Command, Report } from "../../evaluator/messages";
import { descriptors } from "./descriptors";

export function report(message: Report): void {
  const frame = encodeFrame(message);
  for (let written = 0; written < frame.length;) {
    written += writeSync(descriptors.reports, frame, written);
  }
}

/** Calls `handle` for each command. */
export function onCommand(handle: (command: Command) => void): void {
  const socket = new Socket({ fd: descriptors.commands, readable: true, writable: false });
  const reader = new FrameReader<Command>();
  socket.on("data", (chunk: Buffer) => reader.push(chunk).forEach(handle));
}

/** Blocks until the kernel sends the answer to the last question. */
export function awaitAnswer(): Answer {
  const reader = new FrameReader<Answer>();
  const chunk = Buffer.allocUnsafe(64 * 1024);
  for (;;) {
    const size = readSync(descriptors.answers, chunk);
    if (size === 0) return { text: undefined };
    const [answer] = reader.push(Buffer.from(chunk.subarray(0, size)));
    if (answer !== undefined) return answer;
  }
}
