/** The energy of today: as the history has it, and what the meter counted since. */

import type { CompareItem, Energy, Meter, Reading } from "../../api/types";

/** What was asked at one moment, with the totals the meter showed then. */
export interface Asked {
  items: CompareItem[];
  parts: Energy[];
  totals: Record<string, number>;
}

/** Wh since midnight until this reading; `null` where nothing is known. */
export function soFar(asked: Asked | null, quantity: string, reading: Reading | undefined) {
  const told =
    asked?.items.find(({ name }) => name === "current")?.value ??
    asked?.parts.find((part) => part.quantity === quantity)?.value ??
    null;
  return grown(told, asked, quantity, reading);
}

/** This energy, and what its register counted since it was asked. */
export function grown(
  told: number | null,
  asked: Asked | null,
  quantity: string,
  reading: Reading | undefined,
): number | null {
  if (told === null || !asked) return told;
  const before = asked.totals[quantity];
  const after = reading?.totals[quantity];
  if (before === undefined || after === undefined || after < before) return told;
  return told + after - before;
}

/** The parts of today by tariff period, in the order of the meter; empty where there is one only. */
export function partsOf(asked: Asked | null, meter: Meter, reading: Reading | undefined): Energy[] {
  const registers = meter.registers.map(({ quantity }) => quantity);
  const parts = (asked?.parts ?? [])
    .filter(({ quantity }) => registers.includes(quantity))
    .map((part) => ({ ...part, value: grown(part.value, asked, part.quantity, reading) }));
  return parts.length > 1 ? parts : [];
}

/** The relative change; `null` where there is nothing to compare with. */
export function change(now: number | null, before: number | null): number | null {
  return now === null || !before ? null : now / before - 1;
}

interface Term {
  sign: 1 | -1;
  name: string;
}

/** The sum of these values; `null` if one of them is not known. */
export function signedSum(
  terms: readonly Term[],
  value: (name: string) => number | null,
): number | null {
  let total = 0;
  for (const { sign, name } of terms) {
    const known = value(name);
    if (known === null) return null;
    total += sign * known;
  }
  return terms.length ? total : null;
}

/** A signed sum of meters, such as `house - solar`; `null` where it cannot be read. */
export function termsOf(formula: string): Term[] | null {
  const terms: Term[] = [];
  let sign: 1 | -1 = 1;
  let expectName = true;
  for (const word of formula
    .replace(/([+])|(?<=\s|^)-(?=\s|$)/g, " $& ")
    .trim()
    .split(/\s+/)) {
    if (word === "+" || word === "-") {
      sign = word === "-" ? -1 : 1;
      expectName = true;
    } else if (expectName) {
      terms.push({ sign, name: word });
      expectName = false;
    } else return null;
  }
  return terms.length && !expectName ? terms : null;
}
