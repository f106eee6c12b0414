/** All meters together. */

import { isFresh } from "../../api/fresh";
import { ageS, readings } from "../../api/live";
import type { Meter, Reading } from "../../api/types";
import { useStore } from "../../store";
import { energy, number } from "../../text/format";
import { fill, say } from "../../text/language";
import { W } from "../../text/words";
import { useClock } from "../../ui/clock";
import { AmountOf } from "../../ui/parts";
import { soFar } from "./today";
import { counts, useToday } from "./today_panel";

export function Total({ meters }: { meters: readonly Meter[] }) {
  useClock();
  const all = useStore(readings);
  const fresh = meters.filter(({ who }) => isPresent(all[who]));
  const missing = meters.filter((meter) => !fresh.includes(meter)).map(({ who }) => who);
  const sum = (gauge: string) =>
    fresh.length
      ? fresh.reduce((total, { who }) => total + (all[who]?.gauges[gauge] ?? 0), 0)
      : null;
  const note = missing.length ? fill(W.now.totalMissing, { names: missing.join(", ") }) : null;
  return (
    <section class="card total-card" aria-label={say(W.now.total)}>
      <dl class="total">
        <div>
          <dt>{say(W.now.totalDrawn)}</dt>
          <dd>
            <AmountOf value={number(sum("apparent_va"))} unit="VA" />
          </dd>
        </div>
        {meters.some(({ producer }) => producer) && (
          <div class="injected">
            <dt>{say(W.now.totalInjected)}</dt>
            <dd>
              <AmountOf value={number(sum("apparent_export_va"))} unit="VA" />
            </dd>
          </div>
        )}
        <div>
          <dt>{say(W.now.totalToday)}</dt>
          <dd>
            <TodayOf meters={meters.filter((meter) => counts(meter, "import_wh"))} />
          </dd>
        </div>
      </dl>
      {note && <p class="small faint">{note}</p>}
    </section>
  );
}

function isPresent(reading: Reading | undefined): boolean {
  return reading !== undefined && isFresh(reading, ageS(reading));
}

/** The sum of today's energies, once all are known. */
function TodayOf({ meters }: { meters: readonly Meter[] }) {
  const all = useStore(readings);
  const energies = meters.map((meter) => {
    return soFar(useToday(meter, "import_wh"), "import_wh", all[meter.who]);
  });
  const known = energies.filter((wh) => wh !== null);
  const complete = known.length > 0 && known.length === meters.length;
  const sum = complete ? known.reduce((total, wh) => total + wh, 0) : null;
  return <AmountOf {...energy(sum)} />;
}
