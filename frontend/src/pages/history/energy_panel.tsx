/** Energy of each interval, stacked by tariff period; injected energy below. */

import { useMemo } from "preact/hooks";
import { nowMs } from "../../api/live";
import type { Meter } from "../../api/types";
import { drawBars } from "../../chart/bars";
import { type Drawing, TimePlot } from "../../chart/time_plot";
import { useStore } from "../../store";
import { amount, energy, number } from "../../text/format";
import { fill, say } from "../../text/language";
import { W } from "../../text/words";
import { toneName } from "../../theme";
import { energyInterval, type Interval, lengthOf } from "../../time/spans";
import {
  type Bars,
  barsOf,
  energyQuantities,
  extent,
  movedBars,
  placeOf,
  sum,
  touching,
} from "./energy";
import { intervalName, momentName } from "./names";
import type { Comparison, PanelProps } from "./page_types";
import { csvAddress, PanelFrame, seenMeters, type Told } from "./panel";
import { useSeries } from "./use_series";

const HEIGHT = 260;

export function EnergyPanel(props: PanelProps) {
  const { meter, range, comparison } = props;
  const quantities = energyQuantities(meter);
  const { series } = useSeries(
    { who: meter.who, quantities, interval: energyInterval },
    range,
    `energy ${meter.who} ${quantities.join()}`,
  );
  const other = useOtherBars(meter, comparison, props);
  const bars = useMemo(() => (series ? barsOf(series.answer, meter) : null), [series, meter]);
  const seen = useStore(range);
  const interval = series?.interval ?? energyInterval(seen.end - seen.start);
  const drawing = useMemo(() => drawingOf(bars, other, series?.interval ?? null), [bars, other]);
  const title = say(W.history.panels.energy);
  return (
    <EnergyFrame {...props} bars={bars} other={other} interval={interval} title={title}>
      <TimePlot
        drawing={drawing}
        range={range}
        hover={props.hover}
        height={HEIGHT}
        label={`${title}. ${say(W.history.keys)}`}
        moves={props.moves}
        marks={props.marks}
        onCanvas={(canvas) => props.onCanvas("energy", canvas)}
      />
    </EnergyFrame>
  );
}

/** Less than an hour: the bars are low, and told in Wh. */
function isFine(interval: Interval | null): boolean {
  return interval !== null && lengthOf(interval) < 3600;
}

function useOtherBars(meter: Meter, comparison: Comparison | null, { range }: PanelProps) {
  const who = comparison?.meter ?? meter;
  const quantities = energyQuantities(who).filter(
    (name) => name === "import_wh" || name === "export_wh",
  );
  const { series } = useSeries(
    comparison && {
      who: who.who,
      quantities,
      interval: energyInterval,
      move: comparison.there,
    },
    range,
    `energy other ${who.who} ${comparison?.key ?? ""}`,
  );
  return useMemo(
    () => (series && comparison ? movedBars(barsOf(series.answer, who), comparison.back) : null),
    [series, comparison?.key],
  );
}

function drawingOf(bars: Bars | null, other: Bars | null, interval: Interval | null): Drawing {
  const at = bars?.at.slice(0, -1) ?? [];
  return {
    data: [at, at.map((_, place) => bars?.whole[place] ?? null)],
    series: [{ paths: () => null, points: { show: false } }],
    interval,
    wanted: energyInterval,
    under: (plot, range) => bars && drawBars(plot, bars, other, range, nowMs() / 1000),
    yRange: (_least, _most, range) => {
      const all = [bars, other].filter((each) => each !== null).map((each) => extent(each, range));
      const most = Math.max(0, ...all.map(([high]) => high));
      const least = Math.max(0, ...all.map(([, low]) => low));
      const air = Math.max(most, least, 10) * 0.08;
      return [least ? -least - air : 0, Math.max(most, least ? 0 : 10) + air];
    },
    yText: (value, step) => {
      if (isFine(interval)) return number(Math.abs(value));
      const digits = step >= 1000 ? 0 : step >= 100 ? 1 : step >= 10 ? 2 : 3;
      return number(Math.abs(value) / 1000, digits);
    },
    steps: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6],
  };
}

function EnergyFrame(
  props: PanelProps & {
    bars: Bars | null;
    other: Bars | null;
    interval: Interval;
    title: string;
    children: preact.ComponentChildren;
  },
) {
  const { bars, other, interval, meter } = props;
  const hover = useStore(props.hover);
  const seen = useStore(props.range);
  const place = bars && hover !== null ? placeOf(bars.at, hover) : -1;
  const [start, end] = [bars?.at[place] ?? 0, bars?.at[place + 1] ?? 0];
  const told = place < 0 ? totals(bars, other, seen, props) : under(bars, other, place, props);
  return (
    <PanelFrame
      title={props.title}
      unit={`${isFine(interval) ? "Wh" : "kWh"} ${fill(W.history.perInterval, { interval: intervalName(interval) })}`}
      at={place < 0 ? "" : momentName(start, end, interval)}
      told={told}
      csv={csvAddress(seenMeters(props), energyQuantities(meter), seen, interval)}
    >
      {props.children}
    </PanelFrame>
  );
}

function under(bars: Bars | null, other: Bars | null, place: number, props: PanelProps): Told[] {
  if (!bars) return [];
  const middle = ((bars.at[place] ?? 0) + (bars.at[place + 1] ?? 0)) / 2;
  const there = other ? placeOf(other.at, middle) : -1;
  return words(
    bars,
    (values) => values?.[place] ?? null,
    other && there >= 0 ? (other.whole[there] ?? null) : null,
    props.comparison,
  );
}

function totals(
  bars: Bars | null,
  other: Bars | null,
  range: { start: number; end: number },
  props: PanelProps,
): Told[] {
  if (!bars) return [];
  const [from, to] = touching(bars.at, range);
  const cut = (bars.at[from] ?? 0) < range.start || (bars.at[to + 1] ?? 0) > range.end;
  if (cut) return words(bars, () => undefined, undefined, props.comparison);
  const known = (values: readonly (number | null)[] | null | undefined) =>
    values ? sum(values.slice(from, to + 1)) : null;
  const [first, last] = other ? touching(other.at, range) : [0, -1];
  const there = other ? sum(other.whole.slice(first, last + 1)) : null;
  return words(bars, known, there, props.comparison);
}

/** `undefined`: nothing is to be said of it, as bars that are cut off say nothing. */
type Picked = number | null | undefined;

function words(
  bars: Bars,
  pick: (values: readonly (number | null)[] | null | undefined) => Picked,
  there: Picked,
  comparison: Comparison | null,
): Told[] {
  const many = bars.parts.length > 1;
  const whole = pick(bars.whole);
  const told: Told[] = bars.parts
    .filter(({ values }) => !many || pick(values) !== 0)
    .map(({ name, tone, values }) => ({
      color: toneName(tone),
      name: many ? say(name) : say(W.history.drawn),
      value: said(many ? pick(values) : whole),
    }));
  if (many) told.push({ name: say(W.history.whole), value: said(whole) });
  if (bars.injected) {
    told.push({
      color: "injected",
      name: say(W.history.injected),
      value: said(pick(bars.injected)),
    });
  }
  if (comparison) {
    told.push({ color: "other", name: comparison.name, value: said(there) });
  }
  return told;
}

function said(wh: Picked): string {
  return wh === undefined ? "" : amount(energy(wh));
}
