/**
 * Warnings about programs that a simulator of values computes as intended and hardware does not. Each program
 * is checked once, regardless of its arrays' addresses in DRAM.
 */

import type { Accelerator } from "../accelerator";
import { INSN_WORDS, OPCODE, type Hardware } from "../hardware";
import { findHazards, planStream, type Hazard } from "../sim";

let enabled = true;

/** Switches the warnings about hazards on or off for this process. */
export function enableHazardWarnings(on: boolean): void {
  enabled = on;
}

/** The most hazards of a program that are printed. */
const MAX_PRINTED_HAZARDS = 3;

/** Makes an accelerator print a warning when it runs a program with hazards; returns the accelerator. */
export function warningOfHazards(hardware: Hardware, accelerator: Accelerator): Accelerator {
  const seen = new Set<string>();
  accelerator.observe({
    startRun(address, count) {
      if (!enabled) return;
      const { words } = accelerator.dram;
      const at = address / 4;
      const key = fingerprint(words, at, count);
      if (seen.has(key)) return;
      seen.add(key);
      const plan = planStream(hardware, words, at, count);
      const hazards = findHazards(hardware, plan, { address, dram: words });
      if (hazards.length > 0) console.warn(warningText(hazards));
    },
  });
  return accelerator;
}

function warningText(hazards: readonly Hazard[]): string {
  const lines = hazards
    .slice(0, MAX_PRINTED_HAZARDS)
    .map(({ index, rule, text }) => `  instruction ${index}, ${rule}: ${text}`);
  const more = hazards.length - lines.length;
  return [
    "Warning: this program is right here and wrong on a board",
    ...lines,
    ...(more > 0 ? [`  and ${more} more`] : []),
    "note: vta.profile(() => ...).hazards lists them; vta.simulator.hazardWarnings(false) ends these warnings",
  ].join("\n");
}

/** A DRAM address is in the high bits of the first word and the low bits of the second. */
const ADDRESS_LOW = 0x3ffffff;

/** A 64-bit hash of the instructions without their DRAM addresses. */
function fingerprint(words: Uint32Array, at: number, count: number): string {
  let [a, b] = [count, 0x9e3779b9];
  for (let i = 0, w = at; i < count; i++, w += INSN_WORDS) {
    const opcode = words[w]! & 7;
    const moves = opcode === OPCODE.LOAD || opcode === OPCODE.STORE;
    for (let k = 0; k < INSN_WORDS; k++) {
      let word = words[w + k]!;
      if (moves && k === 0) word &= ADDRESS_LOW;
      if (moves && k === 1) word &= ~ADDRESS_LOW;
      a = Math.imul(a ^ word, 0x01000193);
      b = Math.imul(b ^ (word + (a >>> 7)), 0x85ebca6b);
    }
  }
  return `${count} ${a >>> 0} ${b >>> 0}`;
}
