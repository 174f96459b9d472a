/** The options of all views, stored in JupyterLab's settings. */

import type { ISettingRegistry } from "@jupyterlab/settingregistry";
import { Signal, type ISignal } from "@lumino/signaling";

/** The layouts of the pass view. */
export const passLayouts = ["unified", "side-by-side", "after"] as const;
export type PassLayout = (typeof passLayouts)[number];

/** As `schema/options.json` describes them. */
export interface ViewOptions {
  readonly onlyChanged: boolean;
  readonly passLayout: PassLayout;
  readonly wrapLines: boolean;
  readonly histogram: boolean;
}

/** The options that are on or off. */
export type Switch = {
  [K in keyof ViewOptions]: ViewOptions[K] extends boolean ? K : never;
}[keyof ViewOptions];

const defaultOptions: ViewOptions = {
  onlyChanged: true,
  passLayout: "unified",
  wrapLines: true,
  histogram: true,
};

export class Options {
  private values = defaultOptions;
  private settings: ISettingRegistry.ISettings | undefined;
  private readonly changed_ = new Signal<this, void>(this);

  /** Emitted when an option has changed. */
  get changed(): ISignal<this, void> {
    return this.changed_;
  }

  get<K extends keyof ViewOptions>(name: K): ViewOptions[K] {
    return this.values[name];
  }

  set<K extends keyof ViewOptions>(name: K, value: ViewOptions[K]): void {
    if (this.values[name] === value) return;
    this.values = { ...this.values, [name]: value };
    this.changed_.emit();
    void this.settings?.set(name, value);
  }

  /** Uses the values of `settings` from now on, and saves changes there. */
  follow(settings: ISettingRegistry.ISettings): void {
    this.settings = settings;
    const read = (): void => {
      // JupyterLab has checked them against the schema and filled in the defaults.
      const values = settings.composite as unknown as ViewOptions;
      if (
        Object.keys(defaultOptions).every(
          (name) => values[name as Switch] === this.values[name as Switch],
        )
      )
        return;
      this.values = { ...defaultOptions, ...values };
      this.changed_.emit();
    };
    settings.changed.connect(read);
    read();
  }
}
