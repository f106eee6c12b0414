/** Small parts that every page is made of. */

import type { ComponentChildren } from "preact";
import type { Amount } from "../text/format";
import { toneName } from "../theme";
import { Icon, type IconName } from "./icon";

export function AmountOf({ value, unit }: Amount) {
  return (
    <>
      {value}
      {"\u00a0"}
      <span class="unit">{unit}</span>
    </>
  );
}

export type Grade = "good" | "fair" | "bad" | "plain";
const GRADE_ICONS: Record<Grade, IconName> = {
  good: "good",
  fair: "alert",
  bad: "alert",
  plain: "info",
};

export function Notice(props: { grade?: Grade; live?: boolean; children: ComponentChildren }) {
  const grade = props.grade ?? "plain";
  return (
    <div class={`notice ${grade}`} role={props.live ? "status" : undefined}>
      <Icon name={GRADE_ICONS[grade]} />
      <div class="grow">{props.children}</div>
    </div>
  );
}

export function Swatch({ tone, name }: { tone?: string | null; name?: string }) {
  const shape = name === "other" ? "swatch hollow" : "swatch";
  return <i class={shape} style={{ "--swatch": `var(--${name ?? toneName(tone ?? null)})` }} />;
}

export function Choice<T extends string>(props: {
  label: string;
  options: readonly { value: T; name: string }[];
  chosen: T | null;
  onChoose: (value: T) => void;
}) {
  return (
    <fieldset class="choice-field">
      <legend class="hidden-text">{props.label}</legend>
      <div class="choice">
        {props.options.map(({ value, name }) => (
          <button
            key={value}
            type="button"
            aria-pressed={value === props.chosen}
            onClick={() => props.onChoose(value)}
          >
            {name}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

export function Facts(props: {
  rows: readonly (readonly [string, ComponentChildren])[];
  wide?: boolean;
}) {
  const { rows, wide } = props;
  return (
    <dl class={wide ? "facts wide" : "facts"}>
      {rows.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}
