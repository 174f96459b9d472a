/** The globals of a cell; see api.d.ts for their types. A cell can redeclare any of these names. */

/**
 * Shows a value below the cell, with all its forms.
 *
 * An object shows itself by a method `Symbol.for("Jupyter.display")` that returns a MIME bundle or a
 * promise of one. With an `id` the output can be replaced later: `display(next, { id, update: true })`.
 */
declare function display(value: unknown, options?: import("./api").DisplayOptions): void;

/** HTML to show: html`<b>${text}</b>` or html("<b>...</b>"). Values are inserted as they are. */
declare const html: import("./api").TextHelper;

/** Markdown to show: md`# Title`. */
declare const md: import("./api").TextHelper;

/** An SVG picture to show: svg`<svg ...>`. */
declare const svg: import("./api").TextHelper;

/** A formula to show: latex`x^2` or latex("$x^2$"). */
declare const latex: import("./api").TextHelper;

/**
 * Shows a progress bar for a loop: `for (const x of progress(list)) ...`, or
 * `for await (const x of progress(stream, { total }))`. For code that reports its own progress,
 * `progress.bar(total)` returns a bar with `update`.
 */
declare const progress: import("./api").Progress;

/** Asks for a line of text and waits for it; `null` if there is none. */
declare function prompt(message?: string, defaultValue?: string): string | null;

/** Asks a yes-or-no question and waits for the answer. */
declare function confirm(message?: string): boolean;

/** The notebook's services for cells: comms, formatters, outputs. */
declare const jupyter: import("./api").Jupyter;
