/** The controls of views' toolbars. */

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}

/** Controls in a row; those after the first are aligned to the right. */
export function toolbar(label: string, ...children: Node[]): HTMLElement {
  const node = element("div", "jp-tvm-Toolbar", ...children);
  node.setAttribute("role", "toolbar");
  node.setAttribute("aria-label", label);
  // Keeps JupyterLab's one-letter shortcuts, Enter and arrows from acting on keys in the controls.
  node.setAttribute("data-lm-suppress-shortcuts", "true");
  return node;
}

export function button(label: string, onClick: () => void): HTMLButtonElement {
  const node = element("button", "jp-tvm-Button", label);
  node.type = "button";
  node.addEventListener("click", onClick);
  return node;
}

/** A control with a value. */
export interface Control<T> {
  /** The control with its label. */
  readonly node: HTMLElement;
  value: T;
}

export function checkbox(
  label: string,
  checked: boolean,
  onChange: (checked: boolean) => void,
): Control<boolean> {
  const input = element("input", "");
  input.type = "checkbox";
  input.checked = checked;
  input.addEventListener("change", () => onChange(input.checked));
  return {
    node: element("label", "jp-tvm-Control", input, label),
    get value() {
      return input.checked;
    },
    set value(value) {
      input.checked = value;
    },
  };
}

/** A choice among few. @param choices value and label of each */
export function choice<T extends string>(
  label: string,
  choices: readonly (readonly [T, string])[],
  value: T,
  onChange: (value: T) => void,
): Control<T> {
  const select = element("select", "jp-tvm-Select");
  for (const [each, text] of choices) select.append(new Option(text, each));
  select.value = value;
  select.setAttribute("aria-label", label); // the wrapped control has its own label
  select.addEventListener("change", () => onChange(select.value as T));
  return {
    node: element("label", "jp-tvm-Control", label, select),
    get value() {
      return select.value as T;
    },
    set value(value) {
      select.value = value;
    },
  };
}

/** A slider for an integer from 0 to `max`, which is shown next to it. */
export function slider(
  label: string,
  max: number,
  value: number,
  onInput: (value: number) => void,
): Control<number> {
  const input = element("input", "jp-tvm-Slider");
  const shown = element("output", "jp-tvm-Value");
  input.type = "range";
  input.max = String(max);
  input.setAttribute("aria-label", label);
  const show = (now: number): void => {
    input.value = String(now);
    shown.value = String(now);
  };
  show(value);
  input.addEventListener("input", () => {
    show(input.valueAsNumber);
    onInput(input.valueAsNumber);
  });
  return {
    node: element("label", "jp-tvm-Control", label, input, shown),
    get value() {
      return input.valueAsNumber;
    },
    set value(value) {
      show(value);
    },
  };
}

/** A field for an integer. */
export function numberField(label: string, min: number, max: number): Control<number> {
  const input = element("input", "jp-tvm-Number");
  input.type = "number";
  input.min = String(min);
  input.max = String(max);
  input.value = String(min);
  input.setAttribute("aria-label", label);
  return {
    node: element("label", "jp-tvm-Control", label, input),
    get value() {
      return input.valueAsNumber;
    },
    set value(value) {
      input.value = String(value);
    },
  };
}

/** A field for part of a name. */
export function filterField(label: string, onInput: (text: string) => void): HTMLInputElement {
  const input = element("input", "jp-tvm-Filter");
  input.type = "search";
  input.placeholder = label;
  input.setAttribute("aria-label", label);
  input.addEventListener("input", () => onInput(input.value));
  return input;
}
