/** Power or voltage: the mean of each interval as a curve, least and greatest as its shadow. */

import { useMemo } from "preact/hooks";
import type uPlot from "uplot";
import { type Drawing, TimePlot } from "../../chart/time_plot";
import { useStore } from "../../store";
import { number, withUnit } from "../../text/format";
import { fill, say, useLanguage } from "../../text/language";
import { W } from "../../text/words";
import { color, useTheme } from "../../theme";
import { type Interval, powerInterval, type Range } from "../../time/spans";
import { curveQuantities, type Envelopes, envelopesOf, movedCurves, resampled } from "./curves";
import { placeOf, touching } from "./energy";
import { intervalName, momentName } from "./names";
import type { PanelProps } from "./page_types";
import { csvAddress, PanelFrame, seenMeters, type Told } from "./panel";
import { useSeries } from "./use_series";

type Kind = "power" | "voltage";
const HEIGHTS: Record<Kind, number> = { power: 220, voltage: 180 };
const UNITS: Record<Kind, string> = { power: "VA", voltage: "V" };

export function CurvePanel({ kind, ...props }: PanelProps & { kind: Kind }) {
  const { meter, range, comparison } = props;
  const quantities = curveQuantities(kind, meter);
  const { series } = useSeries(
    { who: meter.who, quantities, interval: powerInterval },
    range,
    `${kind} ${meter.who} ${quantities.join()}`,
  );
  const against = comparison?.meter ?? meter;
  const others = useSeries(
    comparison && {
      who: against.who,
      quantities: curveQuantities(kind, against).slice(0, 1),
      interval: powerInterval,
      move: comparison.there,
    },
    range,
    `${kind} other ${against.who} ${comparison?.key ?? ""}`,
  ).series;
  const here = useMemo(
    () => (series ? envelopesOf(series.answer, meter.who) : null),
    [series, meter.who],
  );
  const there = useMemo(
    () =>
      others && comparison
        ? movedCurves(envelopesOf(others.answer, against.who), comparison.back)
        : null,
    [others, comparison?.key],
  );
  const [theme, language] = [useTheme(), useLanguage()];
  const drawing = useMemo(
    () => drawingOf(kind, here, there, series?.interval ?? null),
    [kind, here, there, theme, language],
  );
  const seen = useStore(range);
  const interval = series?.interval ?? powerInterval(seen.end - seen.start);
  const hover = useStore(props.hover);
  const place = here && hover !== null ? placeOf(here.edges, hover) : -1;
  const title = say(W.history.panels[kind]);
  return (
    <PanelFrame
      title={title}
      unit={`${UNITS[kind]}, ${say(W.history.mean)} ${fill(W.history.perInterval, { interval: intervalName(interval) })}`}
      at={
        here && place >= 0
          ? momentName(here.edges[place] ?? 0, here.edges[place + 1] ?? 0, interval)
          : ""
      }
      told={quantities.length ? wordsOf(kind, here, there, place, seen, props) : []}
      csv={quantities.length ? csvAddress(seenMeters(props), quantities, seen, interval) : null}
    >
      {quantities.length ? (
        <TimePlot
          drawing={drawing}
          range={range}
          hover={props.hover}
          height={HEIGHTS[kind]}
          label={`${title}. ${say(W.history.keys)}`}
          moves={props.moves}
          marks={props.marks}
          onCanvas={(canvas) => props.onCanvas(kind, canvas)}
        />
      ) : (
        <p class="faint small">{say(W.history.noQuantity)}</p>
      )}
    </PanelFrame>
  );
}

/** The custom property of a curve's colour. */
function colorOf(quantity: string): string {
  if (quantity.startsWith("voltage_")) return `phase-${quantity[8]}`;
  return quantity === "apparent_export_va" ? "injected" : "drawn";
}

function drawingOf(
  kind: Kind,
  here: Envelopes | null,
  there: Envelopes | null,
  interval: Interval | null,
): Drawing {
  const at = here?.at ?? [];
  const curves = here?.curves ?? [];
  const columns = curves.flatMap(({ min, mean, max }) => [max, min, mean]);
  const series = curves.flatMap(({ quantity }) => {
    const paint = color(colorOf(quantity));
    const plain = { points: { show: false }, spanGaps: false };
    const edge = { ...plain, stroke: "transparent", width: 0 };
    return [edge, edge, { ...plain, stroke: paint, width: 1.6, points: { show: loneOnly } }];
  });
  const bands = curves.map(({ quantity }, number) => ({
    series: [number * 3 + 1, number * 3 + 2] as [number, number],
    fill: `color-mix(in srgb, ${color(colorOf(quantity))} 20%, transparent)`,
  }));
  const first = curves[0]?.quantity ?? "";
  const other = there ? resampled(at, there, there.curves[0]?.quantity ?? first) : null;
  if (other) {
    columns.push(other);
    series.push({
      points: { show: false },
      spanGaps: false,
      stroke: color("ink-faint"),
      width: 1.4,
      dash: [5, 4],
    } as never);
  }
  return {
    data: [at, ...columns] as uPlot.AlignedData,
    series,
    bands,
    interval,
    wanted: powerInterval,
    yRange: (least, most) => rangeOf(kind, least, most),
    yText: (value) => number(value),
    steps: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4],
  };
}

/** A value between two gaps has no line: it is a point. */
const loneOnly: uPlot.Series.Points.Show = (plot, series, from, to) => {
  const values = plot.data[series] ?? [];
  for (let place = from; place <= to; place++) {
    const lone = values[place] != null && values[place - 1] == null && values[place + 1] == null;
    if (lone) return true;
  }
  return false;
};

function rangeOf(kind: Kind, least: number | null, most: number | null): [number, number] {
  if (kind === "power") return [0, Math.max(most ?? 0, 100) * 1.08];
  const low = Math.min(least ?? 228, 228);
  const high = Math.max(most ?? 232, 232);
  return [low - 2, high + 2];
}

function wordsOf(
  kind: Kind,
  here: Envelopes | null,
  there: Envelopes | null,
  place: number,
  range: Range,
  props: PanelProps,
): Told[] {
  const unit = UNITS[kind];
  const told: Told[] = (here?.curves ?? []).map(({ quantity, min, mean, max }) => {
    const [from, to] = place < 0 && here ? touching(here.edges, range) : [place, place];
    const low = least(min.slice(from, to + 1));
    const high = greatest(max.slice(from, to + 1));
    const span =
      low === null || high === null
        ? ""
        : fill(W.history.between, { min: number(low), max: withUnit(high, unit) });
    const value = place < 0 ? span : `${withUnit(mean[place], unit)}${span && ` (${span})`}`;
    return { color: colorOf(quantity), name: nameOf(quantity, props), value };
  });
  if (there && props.comparison && place >= 0 && here) {
    const [value] = resampled([here.at[place] ?? 0], there, there.curves[0]?.quantity ?? "");
    told.push({ color: "other", name: props.comparison.name, value: withUnit(value, unit) });
  } else if (props.comparison) {
    told.push({ color: "other", name: props.comparison.name, value: "" });
  }
  return told;
}

function nameOf(quantity: string, { meter }: PanelProps): string {
  if (quantity === "apparent_va") return say(W.history.drawn);
  if (quantity === "apparent_export_va") return say(W.history.injected);
  const phases = curveQuantities("voltage", meter).length;
  return phases > 1 ? `${say(W.now.phase)} ${quantity[8]}` : say(W.history.panels.voltage);
}

function least(values: readonly (number | null)[]): number | null {
  return values.reduce(
    (low, value) => (value === null || (low ?? value) < value ? low : value),
    null,
  );
}

function greatest(values: readonly (number | null)[]): number | null {
  return values.reduce(
    (top, value) => (value === null || (top ?? value) > value ? top : value),
    null,
  );
}
