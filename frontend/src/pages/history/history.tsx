/** The page "History". */

import { useEffect, useMemo, useRef } from "preact/hooks";
import { meters as allMeters, nowMs } from "../../api/live";
import type { LifeEvent, Meter } from "../../api/types";
import type { Moves } from "../../chart/gestures";
import { useRoute, visit } from "../../route";
import { Store, useStore } from "../../store";
import { say } from "../../text/language";
import { W } from "../../text/words";
import { isoDay, toCivil, toInstant } from "../../time/paris";
import { type Range, rangeAt, type Span, zoomed } from "../../time/spans";
import { Notice } from "../../ui/parts";
import { CurvePanel } from "./curve_panel";
import { EnergyPanel } from "./energy_panel";
import { Happenings, useHappenings } from "./happenings";
import { rangeName } from "./names";
import type { Comparison } from "./page_types";
import { makePicture, save } from "./picture";
import { otherName, Summary } from "./summary";
import { EnergyTable } from "./table";
import { Toolbar } from "./toolbar";
import { backwards, otherRange, type Panel, readView, shiftTo, type View, writeView } from "./view";

const SETTLE_MS = 220;
const MARKED = new Set(["mode", "contract", "power", "meter", "reset", "rollover", "outage"]);
const FINER: Partial<Record<Span, Exclude<Span, "all">>> = {
  all: "year",
  year: "month",
  month: "day",
  week: "day",
  day: "hour",
};

export function History() {
  const meters = useStore(allMeters);
  if (!meters) return <p class="faint">{say(W.shell.wait)}</p>;
  if (!meters.length) return <Notice>{say(W.now.noMeter)}</Notice>;
  return <HistoryOf meters={meters} />;
}

function HistoryOf({ meters }: { meters: readonly Meter[] }) {
  const { page, query } = useRoute();
  const names = meters.map(({ who }) => who);
  const view = useMemo(
    () => readView(query, names, nowMs() / 1000),
    [query.toString(), names.join()],
  );
  const meter = meters.find(({ who }) => who === view.who) as Meter;
  const range = useRef(new Store<Range>(view.range)).current;
  const hover = useRef(new Store<number | null>(null)).current;
  const canvases = useRef(new Map<Panel, HTMLCanvasElement>()).current;
  const seen = useRef(view);
  seen.current = view;
  const settled = useMemo(() => view.range, [view.range.start, view.range.end]);
  const written = useRef("");
  useEffect(() => {
    if (page !== "history" || query.toString() === written.current) return;
    written.current = ""; // the person went back or forward, or followed a link
    range.set(settled);
  }, [query.toString()]);

  const show = (change: Partial<View>, step: "push" | "replace" = "push") => {
    const next = { ...seen.current, ...change };
    hover.set(null);
    range.set(next.range);
    const address = writeView(next);
    written.current = address.toString(); // movements may be ahead of it: it does not move them
    visit("history", address, step);
  };
  const moves = useMoves(range, seen, show);
  const comparison = useComparison(view, meters);
  const events = useHappenings(meter.who, settled);
  const marks = useMemo(() => marksOf(events), [events]);
  const parts = {
    ...{ meter, range, hover, comparison, moves, marks },
    onCanvas: (panel: Panel, canvas: HTMLCanvasElement | null) => {
      if (canvas) canvases.set(panel, canvas);
      else canvases.delete(panel);
    },
  };
  const savePicture = async () => {
    const title = `${meter.who} · ${rangeName(range.value)}`;
    const blob = await makePicture(title, platesOf(view.panels, canvases));
    if (blob) save(blob, `telewatt-${meter.who}-${isoDay(range.value.start)}.png`);
  };

  return (
    <div class="history">
      <Toolbar
        view={{ ...view, range: useStore(range) }}
        meters={meters}
        change={show}
        all={() => show({ span: "all", range: everything(meter) })}
        savePicture={() => void savePicture()}
      />
      <div class="stack">
        <div class="card">
          <Summary meter={meter} range={settled} moving={range} comparison={comparison} />
        </div>
        {view.panels.map((panel) =>
          panel === "energy" ? (
            <EnergyPanel key={`energy ${meter.who}`} {...parts} />
          ) : (
            <CurvePanel key={`${panel} ${meter.who}`} kind={panel} {...parts} />
          ),
        )}
        <Happenings events={events} />
        <EnergyTable key={meter.who} meter={meter} range={range} />
      </div>
    </div>
  );
}

/** The instants that stand on the axis of time: what changes the meaning of the curves. */
function marksOf(events: readonly LifeEvent[]): number[] {
  return events
    .filter(({ kind }) => MARKED.has(kind))
    .map(({ at, since }) => Date.parse(since ?? at) / 1000);
}

/** From the beginning of what is known, in whole months, until the end of this one. */
function everything(meter: Meter): Range {
  const now = nowMs() / 1000;
  const first = meter.first_seen ? Date.parse(meter.first_seen) / 1000 : now;
  const { year, month } = toCivil(Math.min(first, now));
  return { start: toInstant({ year, month }), end: rangeAt("month", now).end };
}

/** Movements change the picture at once, and the address when they have come to rest. */
function useMoves(
  range: Store<Range>,
  seen: { readonly current: View },
  show: (change: Partial<View>, step?: "push" | "replace") => void,
): Moves {
  const timer = useRef(0);
  const showing = useRef(show);
  showing.current = show;
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return useMemo(() => {
    const to = (wanted: Range) => {
      range.set(wanted);
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => {
        const settled = { start: Math.round(range.value.start), end: Math.round(range.value.end) };
        const span = seen.current.span === "all" ? "year" : seen.current.span;
        showing.current({ range: settled, span }, "replace");
      }, SETTLE_MS);
    };
    const into = (at: number) => {
      window.clearTimeout(timer.current);
      const span = FINER[seen.current.span];
      if (span) showing.current({ span, range: rangeAt(span, at) });
    };
    const key = (event: KeyboardEvent) => {
      const { start, end } = range.value;
      const by = (end - start) * 0.1;
      const middle = (start + end) / 2;
      const moves: Record<string, () => Range> = {
        ArrowLeft: () => ({ start: start - by, end: end - by }),
        ArrowRight: () => ({ start: start + by, end: end + by }),
        "+": () => zoomed(range.value, 0.8, middle),
        "=": () => zoomed(range.value, 0.8, middle),
        "-": () => zoomed(range.value, 1.25, middle),
      };
      const move = moves[event.key];
      if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      to(move());
    };
    return { to, into, key };
  }, [range]);
}

function useComparison(view: View, meters: readonly Meter[]): Comparison | null {
  const { other, range } = view;
  const meter = other && "who" in other ? meters.find(({ who }) => who === other.who) : null;
  const start = other && "start" in other ? other.start : range.start;
  const key = other ? `${meter?.who ?? ""} ${start - range.start} ${range.start}` : "";
  return useMemo(() => {
    if (!other || meter === undefined) return null;
    const shift = shiftTo(range, start);
    return {
      ...{ key, meter, shift, back: backwards(shift) },
      name: otherName(otherRange(range, shift), meter),
      there: (seen: Range) => otherRange(seen, shift),
    };
  }, [key, document.documentElement.lang]);
}

function platesOf(panels: readonly Panel[], canvases: Map<Panel, HTMLCanvasElement>) {
  return panels.flatMap((panel) => {
    const canvas = canvases.get(panel);
    const section = canvas?.closest(".panel");
    if (!canvas || !section) return [];
    const legend = [...section.querySelectorAll(".legend li")].map((item) => {
      const swatch = item.querySelector(".swatch");
      return {
        color: swatch ? getComputedStyle(swatch).backgroundColor : "",
        text: item.textContent ?? "",
      };
    });
    return [{ title: section.querySelector("h2")?.textContent ?? "", legend, canvas }];
  });
}
