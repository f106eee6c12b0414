/** The same energies as a table: for screen readers, and to copy from. */

import { useState } from "preact/hooks";
import type { Meter } from "../../api/types";
import type { Store } from "../../store";
import { useStore } from "../../store";
import { amount, energy } from "../../text/format";
import { say } from "../../text/language";
import { W } from "../../text/words";
import { energyInterval, type Range } from "../../time/spans";
import { barsOf, energyQuantities, touching } from "./energy";
import { momentName } from "./names";
import { useSeries } from "./use_series";

const MOST_ROWS = 800;

export function EnergyTable({ meter, range }: { meter: Meter; range: Store<Range> }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="card table-card" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say(W.history.table)}</summary>
      {open && <Rows meter={meter} range={range} />}
    </details>
  );
}

function Rows({ meter, range }: { meter: Meter; range: Store<Range> }) {
  const quantities = energyQuantities(meter);
  const { series } = useSeries(
    { who: meter.who, quantities, interval: energyInterval },
    range,
    `energy ${meter.who} ${quantities.join()}`,
  );
  const seen = useStore(range);
  if (!series) return null;
  const bars = barsOf(series.answer, meter);
  const [from, last] = touching(bars.at, seen);
  const to = Math.min(last, from + MOST_ROWS - 1);
  const columns = [
    ...(bars.parts.length > 1 ? bars.parts : []),
    { quantity: "whole", name: W.history.whole, values: bars.whole },
    ...(bars.injected
      ? [{ quantity: "injected", name: W.history.injected, values: bars.injected }]
      : []),
  ];
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">{say(W.history.time)}</th>
            {columns.map(({ quantity, name }) => (
              <th key={quantity} scope="col" class="number">
                {say(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: Math.max(0, to - from + 1) }, (_, row) => from + row).map((at) => (
            <tr key={bars.at[at]}>
              <th scope="row">
                {momentName(bars.at[at] ?? 0, bars.at[at + 1] ?? 0, series.interval)}
              </th>
              {columns.map(({ quantity, values }) => (
                <td key={quantity} class="number">
                  {amount(energy(values[at]))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
