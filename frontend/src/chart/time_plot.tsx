/** A chart over time: its range and the instant under the pointer are shared with others. */

import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Store } from "../store";
import { useLanguage } from "../text/language";
import { color, useTheme } from "../theme";
import type { Interval, Range } from "../time/spans";
import { nameOf, ticks } from "../time/ticks";
import { type Moves, watchGestures } from "./gestures";
import { follow } from "./size";

/** What a chart draws. `series` are without that of time. */
export interface Drawing {
  data: uPlot.AlignedData;
  series: uPlot.Series[];
  bands?: uPlot.Band[];
  /** Under the curves. */
  under?: (plot: uPlot, range: Range) => void;
  /** The interval of its values; and the one that a range deserves. */
  interval: Interval | null;
  wanted: (length: number) => Interval;
  yRange: (least: number | null, most: number | null, range: Range) => [number, number];
  yText: (value: number, step: number) => string;
  /** How far apart the marks of the axis may be. */
  steps: number[];
}

interface TimePlotProps {
  drawing: Drawing;
  range: Store<Range>;
  hover: Store<number | null>;
  height: number;
  label: string;
  moves: Moves;
  /** Instants that are marked, epoch seconds. */
  marks?: readonly number[];
  onCanvas?: (canvas: HTMLCanvasElement | null) => void;
}

const SYNC = "telewatt";
const X_SIZE = 28;
const Y_SIZE = 52;
const MARKS_APART = 8; // pixels

export function TimePlot(props: TimePlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const shown = useRef(props);
  shown.current = props;
  const [theme, language] = [useTheme(), useLanguage()];
  const shape = `${theme} ${language} ${props.height} ${props.drawing.series.length}`;

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const made = new uPlot(options(element, shown), shown.current.drawing.data, element);
    plot.current = made;
    shown.current.onCanvas?.(made.ctx.canvas);
    const { range, hover, height } = props;
    const ends = [
      follow(element, (width) => made.setSize({ width, height })),
      range.listen(({ start, end }) => made.setScale("x", { min: start, max: end })),
      watchGestures(made.over, element, range, () => shown.current.moves),
      watchPointer(made, hover),
    ];
    return () => {
      for (const end of ends) end();
      made.destroy();
      plot.current = null;
      shown.current.onCanvas?.(null);
    };
  }, [shape, props.range, props.hover]);

  useEffect(() => plot.current?.setData(props.drawing.data), [props.drawing]);
  useEffect(() => plot.current?.redraw(false), [props.marks]);

  return (
    // biome-ignore lint/a11y/useSemanticElements: a chart that is moved by keys is no form
    <div
      class="chart"
      role="group"
      aria-label={props.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move and zoom it
      tabIndex={0}
      onKeyDown={(event) => props.moves.key(event)}
    >
      <div ref={host} class="plot movable" style={{ height: `${props.height}px` }} />
    </div>
  );
}

function options(element: HTMLElement, shown: { readonly current: TimePlotProps }): uPlot.Options {
  const { drawing, height, range } = shown.current;
  const axis = {
    stroke: color("ink-faint"),
    font: `11px ${color("font")}`,
    ticks: { show: false },
  };
  const grid = { stroke: color("grid"), width: 1 };
  const marks = (plot: uPlot) => ticks(range.value.start, range.value.end, mostTicks(plot));
  /** Whether the name of this mark would leave the chart. */
  const isCut = (mark: number) => {
    const { start, end } = range.value;
    return (end - mark) / (end - start) < 26 / element.clientWidth;
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    padding: [8, 6, 0, 0],
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { show: false },
      sync: { key: SYNC, setSeries: false },
    },
    scales: {
      x: { time: false, range: () => [range.value.start, range.value.end] },
      y: {
        range: (_plot, least, most) => shown.current.drawing.yRange(least, most, range.value),
      },
    },
    axes: [
      {
        ...axis,
        size: X_SIZE,
        gap: 6,
        grid: { show: false },
        splits: (plot) => marks(plot).at,
        values: (plot, at) =>
          at.map((mark) => (isCut(mark) ? "" : nameOf(mark, marks(plot).shape))),
      },
      {
        ...axis,
        grid,
        size: Y_SIZE,
        gap: 6,
        space: 36,
        incrs: drawing.steps,
        values: (_plot, at) => {
          const step = (at[1] ?? 0) - (at[0] ?? 0);
          return at.map((value) => shown.current.drawing.yText(value, step));
        },
      },
    ],
    series: [{}, ...drawing.series],
    bands: drawing.bands ?? [],
    hooks: {
      drawAxes: [(plot) => shown.current.drawing.under?.(plot, range.value)],
      draw: [
        (plot) => {
          drawMarks(plot, shown.current.marks ?? []);
          tellDrawn(element, shown.current.drawing, range.value);
        },
      ],
    },
  };
}

/** What the chart shows stands in the document too: tests and measurements wait for it. */
function tellDrawn(element: HTMLElement, drawing: Drawing, { start, end }: Range): void {
  element.dataset.drawn = `${start} ${end}`;
  element.dataset.settled = String(drawing.interval === drawing.wanted(end - start));
}

function mostTicks(plot: uPlot): number {
  return Math.max(2, Math.floor(plot.bbox.width / uPlot.pxRatio / 78));
}

function drawMarks(plot: uPlot, marks: readonly number[]): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.strokeStyle = color("fair");
  ctx.fillStyle = color("fair");
  ctx.lineWidth = ratio;
  let drawn = Number.POSITIVE_INFINITY;
  for (const mark of marks) {
    const x = Math.round(plot.valToPos(mark, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    if (Math.abs(x - drawn) < MARKS_APART * ratio) continue;
    drawn = x;
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.beginPath();
    ctx.arc(x, bbox.top + 3 * ratio, 3.5 * ratio, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.restore();
}

/** The instant under the pointer, for all charts and their words. */
function watchPointer(plot: uPlot, hover: Store<number | null>): () => void {
  const move = (event: PointerEvent) => {
    const { left } = plot.over.getBoundingClientRect();
    hover.set(plot.posToVal(event.clientX - left, "x"));
  };
  const leave = (event: PointerEvent) => {
    if (event.pointerType !== "touch") hover.set(null);
  };
  plot.over.addEventListener("pointermove", move);
  plot.over.addEventListener("pointerdown", move);
  plot.over.addEventListener("pointerleave", leave);
  return () => {
    plot.over.removeEventListener("pointermove", move);
    plot.over.removeEventListener("pointerdown", move);
    plot.over.removeEventListener("pointerleave", leave);
  };
}
