/** Light or dark: as the system is, unless the person has chosen. */

import { Store, useStore } from "./store";
import { keep, readKept } from "./text/language";

type Theme = "light" | "dark";
export type Choice = Theme | "system";

const KEY = "telewatt.theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");

export const choice = new Store<Choice>(kept());
export const theme = new Store<Theme>(wanted());

choice.listen(apply);
system.addEventListener("change", apply);
apply();

function kept(): Choice {
  const found = readKept(KEY);
  return found === "light" || found === "dark" ? found : "system";
}

function wanted(): Theme {
  if (choice.value !== "system") return choice.value;
  return system.matches ? "dark" : "light";
}

function apply(): void {
  document.documentElement.dataset.theme = wanted();
  theme.set(wanted());
}

export function chooseTheme(chosen: Choice): void {
  keep(KEY, chosen === "system" ? null : chosen);
  choice.set(chosen);
}

export function useTheme(): Theme {
  return useStore(theme);
}

/** The value of a custom property of the theme: `color("drawn")`. */
export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** The custom property of a tone of the API: `red_off_peak` is `tone-red-off-peak`. */
export function toneName(tone: string | null): string {
  if (!tone) return "tone-base";
  return `tone-${tone.replace(/^index_/, "").replaceAll("_", "-")}`;
}
