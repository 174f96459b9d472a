/** The operators of networks, under Relay's names. */

export * from "./conv2d";
export * from "./define-op";
export * from "./dense";
export * from "./elementwise";
export * from "./normalize";
export * from "./pool";
export * from "./quantize";
export * from "./resize";
export * from "./transform";
