/** Our icons; the theme colours them. */

import { LabIcon } from "@jupyterlab/ui-components";

/** A chip with a systolic array. */
export const acceleratorIcon = new LabIcon({
  name: "jupyterlab-tvm-vta:accelerator",
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <path d="M6 5h12a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zm1 2v10h10V7z"/>
    <path d="M8.5 8.5h3v3h-3zm4 0h3v3h-3zm-4 4h3v3h-3zm4 0h3v3h-3z"/>
    <path d="M8 2h1.5v3H8zm6.5 0H16v3h-1.5zM8 19h1.5v3H8zm6.5 0H16v3h-1.5zM2 8h3v1.5H2zm0 6.5h3V16H2zM19 8h3v1.5h-3zm0 6.5h3V16h-3z"/>
  </g>
</svg>`,
});
