/** The energy of today: whole, by tariff period, and against other days. */

import { get } from "../../api/client";
import { nowMs, readings } from "../../api/live";
import type { CompareItem, Energy, Meter, Reading } from "../../api/types";
import { amount, energy, NONE } from "../../text/format";
import { say } from "../../text/language";
import { W } from "../../text/words";
import { toneName } from "../../theme";
import { isoDay } from "../../time/paris";
import { useLoad } from "../../ui/load";
import { Swatch } from "../../ui/parts";
import { TodayEnergy } from "./against";
import { type Asked, partsOf, soFar } from "./today";

const ASK_MS = 60_000;

export function Today({ meter, reading }: { meter: Meter; reading: Reading }) {
  const asked = useToday(meter, "import_wh");
  const wh = soFar(asked, "import_wh", reading);
  const parts = partsOf(asked, meter, reading);
  return (
    <section class="today">
      <TodayEnergy items={asked?.items ?? []} wh={wh} />
      {meter.registers.length > 1 && <Parts parts={parts} />}
      {meter.producer && <Injected meter={meter} reading={reading} />}
    </section>
  );
}

function Injected({ meter, reading }: { meter: Meter; reading: Reading }) {
  const asked = useToday(meter, "export_wh");
  return (
    <p class="small soft">
      {say(W.now.todayInjected)}{" "}
      <b class="injected">{amount(energy(soFar(asked, "export_wh", reading)))}</b>
    </p>
  );
}

function Parts({ parts }: { parts: Energy[] }) {
  const whole = parts.reduce((sum, part) => sum + (part.value ?? 0), 0);
  return (
    <div class="today-parts">
      <div class="stacked" aria-hidden="true">
        {parts
          .filter((part) => part.value)
          .map((part) => (
            <i
              key={part.quantity}
              style={{
                "--swatch": `var(--${toneName(part.tone)})`,
                width: `${((part.value ?? 0) / whole) * 100}%`,
              }}
            />
          ))}
      </div>
      <ul class="legend">
        {parts.filter(isTold).map((part) => (
          <li key={part.quantity}>
            <Swatch tone={part.tone} />
            {say(part.name)} <b>{part.value === null ? NONE : amount(energy(part.value))}</b>
          </li>
        ))}
      </ul>
    </div>
  );

  /** Of a contract of many periods, those of today. */
  function isTold(part: Energy): boolean {
    return parts.length < 4 || Boolean(part.value);
  }
}

/** Whether the history knows this quantity of the meter. */
export function counts(meter: Meter, quantity: string): boolean {
  return meter.quantities.some(({ name }) => name === quantity);
}

/** Asks each minute, and at midnight. */
export function useToday(meter: Meter, quantity: string): Asked | null {
  const day = isoDay(nowMs() / 1000);
  const { who } = meter;
  const { data } = useLoad<Asked>(
    counts(meter, quantity) ? `${who} ${quantity} ${day}` : null,
    async (signal) => {
      const totals = { ...readings.value[who]?.totals };
      const [compared, parts] = await Promise.all([
        get<{ items: CompareItem[] }>("compare", { who, quantity, period: "day" }, signal),
        quantity === "import_wh" && meter.registers.length > 1
          ? get<{ energy: Energy[] }>("energy", { who, start: day }, signal)
          : { energy: [] },
      ]);
      return { items: compared.items, parts: parts.energy, totals };
    },
    ASK_MS,
  );
  return data;
}
