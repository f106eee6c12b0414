/** One meter, now. */

import { get } from "../../api/client";
import type { Curve } from "../../api/curve";
import { isFresh } from "../../api/fresh";
import { curves, lines, nowMs, readings } from "../../api/live";
import type { CompareItem, Energy, Line, Meter, Reading } from "../../api/types";
import { LiveCurve } from "../../chart/live_curve";
import { useStore } from "../../store";
import { amount, duration, energy, NONE, number } from "../../text/format";
import { fill, say } from "../../text/language";
import { W } from "../../text/words";
import { toneName } from "../../theme";
import { isoDay } from "../../time/paris";
import { useClock } from "../../ui/clock";
import { useLoad } from "../../ui/load";
import { AmountOf, Notice, Swatch } from "../../ui/parts";
import { TodayEnergy } from "./against";
import { Phases } from "./phases";
import { Tariff } from "./tariff";
import { type Asked, partsOf, soFar } from "./today";

const CURVE_S = 300;
const ASK_MS = 60_000;

export function MeterCard({ meter }: { meter: Meter }) {
  const reading = useStore(readings, (all) => all[meter.who]);
  const curve = useStore(curves, (all) => all[meter.who]);
  const line = useStore(lines, (all) => (meter.line ? all[meter.line] : undefined));
  const ageS = useAge(reading);
  const stale = !reading || !isFresh(reading, ageS) || line?.reading === false;
  return (
    <article
      class={`card meter ${stale ? "stale" : ""}`}
      data-who={meter.who}
      data-seq={reading?.seq}
      data-at={reading?.received_at}
    >
      <header class="meter-head">
        <h2>{meter.who}</h2>
        {reading && <Period reading={reading} />}
      </header>
      {stale && <Stale ageS={ageS} line={line} reading={reading} />}
      {reading && <Live meter={meter} reading={reading} curve={curve} />}
    </article>
  );
}

/** How long ago the last frame came, in seconds, by the page's own clock. */
function useAge(reading: Reading | undefined): number {
  useClock();
  return reading ? (nowMs() - Date.parse(reading.received_at)) / 1000 : Number.POSITIVE_INFINITY;
}

function Stale(props: { ageS: number; line: Line | undefined; reading: Reading | undefined }) {
  const words = props.reading
    ? fill(W.now.stale, { since: duration(props.ageS) })
    : say(W.now.never);
  return (
    <Notice grade="fair">
      <strong>{words}</strong>
      {props.line && !props.line.reading && <p class="soft">{say(props.line.remedy)}</p>}
    </Notice>
  );
}

function Period({ reading }: { reading: Reading }) {
  const { tariff_period: period } = reading.situation;
  if (!period) return null;
  return (
    <span class="badge">
      <Swatch tone={period.tone} />
      {say(period.name)}
    </span>
  );
}

function Live(props: { meter: Meter; reading: Reading; curve: Curve | undefined }) {
  const { meter, reading } = props;
  const { gauges, situation } = reading;
  const drawn = gauges.apparent_va ?? null;
  const limit = situation.subscribed_va ?? meter.subscribed_va;
  return (
    <>
      <div class="meter-side">
        <Power reading={reading} producer={meter.producer === true} />
        {limit !== null && drawn !== null && <Load drawn={drawn} limit={limit} reading={reading} />}
        <Tariff situation={situation} />
        <Phases gauges={gauges} phases={meter.phases ?? 1} />
      </div>
      <div class="meter-main">
        <LiveCurve
          curve={props.curve}
          seconds={CURVE_S}
          limit={limit}
          label={fill(W.now.curve, { va: number(drawn) })}
        />
        <Today meter={meter} reading={reading} />
      </div>
    </>
  );
}

function Power({ reading, producer }: { reading: Reading; producer: boolean }) {
  const { gauges, active } = reading;
  const injected = gauges.apparent_export_va;
  return (
    <div class="power">
      <div>
        <p class="big" data-value="apparent_va">
          {number(gauges.apparent_va)}
          <span class="unit">VA</span>
        </p>
        <p class="under">
          {say(W.now.drawn)}
          {active && (
            <>
              <br />
              {fill(W.now.active, { w: number(active.w), error: number(active.error_w) })}
            </>
          )}
        </p>
      </div>
      {(producer || injected !== undefined) && (
        <div class="power-side injected">
          <p class="middle" data-value="apparent_export_va">
            <AmountOf value={number(injected)} unit="VA" />
          </p>
          <p class="under">{say(W.now.injected)}</p>
        </div>
      )}
    </div>
  );
}

function Load({ drawn, limit, reading }: { drawn: number; limit: number; reading: Reading }) {
  const used = drawn / limit;
  const margin = reading.situation.margin_va ?? limit - drawn;
  const over = reading.situation.over_power === true;
  const grade = over || used >= 1 ? "bad" : used > 0.8 ? "fair" : "";
  return (
    <div class="load">
      <div class={`load-bar ${grade}`} aria-hidden="true">
        <i style={{ width: `${Math.min(100, used * 100).toFixed(1)}%` }} />
      </div>
      <p class="load-words">
        <span>
          {fill(W.now.subscribed, {
            percent: `${number(used * 100)}\u00a0%`,
            kva: number(limit / 1000, limit % 1000 ? 1 : 0),
          })}
        </span>
        <span>
          {fill(margin < 0 ? W.now.over : W.now.margin, { va: number(Math.abs(margin)) })}
        </span>
      </p>
      {over && <Notice grade="bad">{say(W.now.overPower)}</Notice>}
    </div>
  );
}

function Today({ meter, reading }: { meter: Meter; reading: Reading }) {
  const asked = useToday(meter, "import_wh");
  const wh = soFar(asked, "import_wh", reading);
  const parts = partsOf(asked, meter, reading);
  return (
    <section class="today">
      <TodayEnergy items={asked?.items ?? []} wh={wh} />
      {(meter.registers?.length ?? 0) > 1 && <Parts parts={parts} />}
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
  return (meter.quantities ?? []).some(({ name }) => name === quantity);
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
        quantity === "import_wh" && (meter.registers?.length ?? 0) > 1
          ? get<{ energy: Energy[] }>("energy", { who, start: day }, signal)
          : { energy: [] },
      ]);
      return { items: compared.items, parts: parts.energy, totals };
    },
    ASK_MS,
  );
  return data;
}
