/** The versions in the kernel's `kernel_info_reply`; the bundler fills them in. */

declare const KERNEL_VERSION: string;
declare const TYPESCRIPT_VERSION: string;

export function kernelVersion(): string {
  return KERNEL_VERSION;
}

export function typescriptVersion(): string {
  return TYPESCRIPT_VERSION;
}

export function runtime(): string {
  return "this page, without a server";
}
