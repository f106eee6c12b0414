/** The frame of a chart: its title, its words of what is under the pointer, its export. */

import type { ComponentChildren } from "preact";
import { address } from "../../api/client";
import { language, say } from "../../text/language";
import { W } from "../../text/words";
import type { Interval, Range } from "../../time/spans";
import { Icon } from "../../ui/icon";
import { Swatch } from "../../ui/parts";
import type { PanelProps } from "./page_types";

export interface Told {
  /** Custom property of its colour; none for what is only words. */
  color?: string;
  name: string;
  value: string;
}

export function PanelFrame(props: {
  title: string;
  unit: string;
  at: string;
  told: readonly Told[];
  csv: string | null;
  children: ComponentChildren;
}) {
  return (
    <section class="card panel" aria-label={props.title}>
      <header class="panel-head">
        <h2>
          {props.title} <span class="faint small">{props.unit}</span>
        </h2>
        {props.csv && (
          <a class="button quiet" href={props.csv} download title={say(W.history.csvLong)}>
            <Icon name="save" size={16} />
            {say(W.history.csv)}
          </a>
        )}
      </header>
      <div class="panel-words">
        <ul class="legend">
          {props.told.map(({ color, name, value }) => (
            <li key={name}>
              {color && <Swatch name={color} />}
              {name} <b>{value}</b>
            </li>
          ))}
        </ul>
        <span class="panel-at">{props.at}</span>
      </div>
      {props.children}
    </section>
  );
}

/** The meters whose values are seen: another one too, if it is compared with. */
export function seenMeters({ meter, comparison }: PanelProps): string[] {
  return comparison?.meter ? [meter.who, comparison.meter.who] : [meter.who];
}

export function csvAddress(
  whos: readonly string[],
  quantities: readonly string[],
  range: Range,
  interval: Interval,
): string {
  return address("series.csv", {
    who: whos,
    quantity: quantities,
    start: Math.round(range.start),
    end: Math.round(range.end),
    step: interval,
    language: language.value,
    separator: language.value === "fr" ? ";" : ",",
  });
}
