/** The language of the page: chosen, else the configuration's, else the browser's. */

import { session } from "../api/client";
import type { Text } from "../api/types";
import { Store, useStore } from "../store";

type Language = "en" | "fr";

const KEY = "telewatt.language";

export const language = new Store<Language>(wanted());

session.listen(() => language.set(wanted()));
language.listen(tell);
tell(language.value);

function wanted(): Language {
  const kept = readKept(KEY);
  if (kept === "en" || kept === "fr") return kept;
  return session.value?.language ?? fromBrowser(navigator.languages);
}

/** French if it stands before English in what the person reads. */
export function fromBrowser(languages: readonly string[]): Language {
  for (const tag of languages) {
    if (/^fr\b/i.test(tag)) return "fr";
    if (/^en\b/i.test(tag)) return "en";
  }
  return "en";
}

export function chooseLanguage(chosen: Language): void {
  keep(KEY, chosen);
  language.set(chosen);
}

function tell(chosen: Language): void {
  document.documentElement.lang = chosen;
}

/** The words in the language of the page; no line of French begins with its `: ; ? ! »`. */
export function say(text: Text | null | undefined): string {
  if (!text) return "";
  if (language.value === "en") return text.en;
  return text.fr.replace(/ ([:;?!»])/g, "\u00a0$1").replace(/« /g, "«\u00a0");
}

/** The words with their `{name}` replaced. */
export function fill(text: Text, values: Record<string, string | number>): string {
  return say(text).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Draws a component again when the language changes. */
export function useLanguage(): Language {
  return useStore(language);
}

/** What the browser keeps of the person's choices; nothing where it must not. */
export function readKept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function keep(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // a private window: the choice lasts as long as the page
  }
}
