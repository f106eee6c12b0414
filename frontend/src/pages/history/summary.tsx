/** The energy of the range in numbers, and how it compares. */

import { get } from "../../api/client";
import { nowMs } from "../../api/live";
import type { Energy, Meter } from "../../api/types";
import type { Store } from "../../store";
import { useStore } from "../../store";
import { energy, number, percent } from "../../text/format";
import { say } from "../../text/language";
import { W } from "../../text/words";
import { powerInterval, type Range } from "../../time/spans";
import { useLoad } from "../../ui/load";
import { AmountOf, Swatch } from "../../ui/parts";
import { change } from "../now/today";
import { curveQuantities, envelopesOf, highest } from "./curves";
import { momentName, rangeName } from "./names";
import type { Comparison } from "./page_types";
import { useSeries } from "./use_series";
import { comparable, type Shift } from "./view";

const AGAIN_MS = 60_000;
const CHARTS_FIRST_MS = 250;
const SAME: Shift = { months: 0, days: 0, seconds: 0 };

interface Sums {
  here: Energy[];
  there: Energy[] | null;
}

export function Summary(props: {
  meter: Meter;
  range: Range;
  moving: Store<Range>;
  comparison: Comparison | null;
}) {
  const { meter, range, comparison } = props;
  const { data } = useLoad<Sums>(
    `${meter.who} ${range.start} ${range.end} ${comparison?.key ?? ""}`,
    (signal) => sums(meter, range, comparison, signal),
    AGAIN_MS,
    CHARTS_FIRST_MS,
  );
  const find = (all: Energy[] | null | undefined, quantity: string) =>
    all?.find((each) => each.quantity === quantity);
  const drawn = find(data?.here, "import_wh");
  const injected = find(data?.here, "export_wh");
  const other = find(data?.there, "import_wh");
  const running = range.end > nowMs() / 1000;
  return (
    <dl class="sums">
      <div class="sum main">
        <dt>
          {say(W.history.drawn)}
          {running && <span class="faint"> {say(W.history.soFar)}</span>}
        </dt>
        <dd>
          <AmountOf {...energy(drawn?.value)} />
        </dd>
        <Worth energy={drawn} />
      </div>
      {injected?.value ? (
        <div class="sum injected">
          <dt>{say(W.history.injected)}</dt>
          <dd>
            <AmountOf {...energy(injected.value)} />
          </dd>
        </div>
      ) : null}
      {comparison && (
        <div class="sum">
          <dt>
            <Swatch name="other" /> {comparison.name}
            {running && !comparison.meter && ` (${say(W.history.soFar)})`}
          </dt>
          <dd>
            <AmountOf {...energy(other?.value)} />
            <Change now={drawn?.value ?? null} before={other?.value ?? null} />
          </dd>
          <Worth energy={other} />
        </div>
      )}
      <PerDay wh={drawn?.value ?? null} range={range} />
      <Highest meter={meter} range={props.moving} />
    </dl>
  );
}

function PerDay({ wh, range }: { wh: number | null; range: Range }) {
  const days = (Math.min(range.end, nowMs() / 1000) - range.start) / 86_400;
  if (wh === null || days < 2) return null;
  return (
    <div class="sum">
      <dt>{say(W.history.perDay)}</dt>
      <dd>
        <AmountOf {...energy(Math.round(wh / days))} />
      </dd>
    </div>
  );
}

function Highest({ meter, range }: { meter: Meter; range: Store<Range> }) {
  const quantities = curveQuantities("power", meter);
  const { series } = useSeries(
    { who: meter.who, quantities, interval: powerInterval },
    range,
    `power ${meter.who} ${quantities.join()}`,
  );
  const seen = useStore(range);
  if (!series || !quantities.includes("apparent_va")) return null;
  const { edges, curves } = envelopesOf(series.answer, meter.who);
  const top = highest(
    edges,
    curves.find(({ quantity }) => quantity === "apparent_va"),
    seen,
  );
  if (!top) return null;
  return (
    <div class="sum">
      <dt>{say(W.history.highest)}</dt>
      <dd>
        <AmountOf value={number(top.value)} unit="VA" />
      </dd>
      <dd class="when-top">{momentName(top.start, top.end, series.interval)}</dd>
    </div>
  );
}

function Change({ now, before }: { now: number | null; before: number | null }) {
  const ratio = change(now, before);
  if (ratio === null) return null;
  return <span class={`change ${ratio > 0 ? "more" : "less"}`}> {percent(ratio)}</span>;
}

function Worth({ energy: told }: { energy: Energy | undefined }) {
  if (!told || told.quality === "measured") return null;
  const words = told.quality === "missing" ? W.now.incomplete : W.history.partly;
  return <dd class="worth">{say(words)}</dd>;
}

async function sums(
  meter: Meter,
  range: Range,
  comparison: Comparison | null,
  signal: AbortSignal,
): Promise<Sums> {
  const { here, there } = comparable(range, comparison?.shift ?? SAME, nowMs() / 1000);
  const ask = async (who: string, { start, end }: Range) =>
    (
      await get<{ energy: Energy[] }>(
        "energy",
        { who, start: Math.round(start), end: Math.round(end) },
        signal,
      )
    ).energy;
  const [mine, others] = await Promise.all([
    ask(meter.who, here),
    comparison ? ask(comparison.meter?.who ?? meter.who, there) : null,
  ]);
  return { here: mine, there: others };
}

/** What the other side of a comparison is called. */
export function otherName(range: Range, meter: Meter | null): string {
  return meter ? meter.who : rangeName(range);
}
