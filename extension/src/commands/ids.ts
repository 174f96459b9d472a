/** The names of our commands, as menus and settings use them. */

export const commandIds = {
  openFile: "tvm-vta:open-tir",
  newFile: "tvm-vta:new-tir",
  showLast: "tvm-vta:show-last-function",
  openView: "tvm-vta:open-view",
  copyText: "tvm-vta:copy-text",
  saveText: "tvm-vta:save-text",
  savePng: "tvm-vta:save-png",
  saveSvg: "tvm-vta:save-svg",
  onlyChanged: "tvm-vta:toggle-only-changed",
  wrapLines: "tvm-vta:toggle-wrap-lines",
  histogram: "tvm-vta:toggle-histogram",
} as const;
