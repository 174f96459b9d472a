/** The parser that the build generates from `tir.grammar`. */

import type { LRParser } from "@lezer/lr";

export declare const parser: LRParser;
