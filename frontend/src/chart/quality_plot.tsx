/** How a line was over time: frames, and among them what was rejected or repaired. */

import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { number } from "../text/format";
import { useLanguage } from "../text/language";
import { color, useTheme } from "../theme";
import { nameOf, ticks } from "../time/ticks";
import { follow } from "./size";

export interface QualityColumns {
  /** Starts of the intervals, and the end of the last one. */
  at: number[];
  /** The share of the time without any frame, 0 to 1; `null`: not known. */
  silent: (number | null)[];
  /** Errors and repairs of each interval. */
  rejected: number[];
  repaired: number[];
}

const HEIGHT = 150;

export function QualityPlot({ columns, label }: { columns: QualityColumns; label: string }) {
  const host = useRef<HTMLDivElement>(null);
  const [theme, language] = [useTheme(), useLanguage()];
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const plot = new uPlot(options(element, columns), dataOf(columns), element);
    const unfollow = follow(element, (width) => plot.setSize({ width, height: HEIGHT }));
    return () => {
      unfollow();
      plot.destroy();
    };
  }, [columns, theme, language]);
  return (
    <div role="img" aria-label={label}>
      <div ref={host} class="plot" style={{ height: `${HEIGHT}px` }} />
    </div>
  );
}

function dataOf({ at, rejected, repaired }: QualityColumns): uPlot.AlignedData {
  const both = rejected.map((count, place) => count + (repaired[place] ?? 0));
  return [at.slice(0, -1), both];
}

function options(element: HTMLElement, columns: QualityColumns): uPlot.Options {
  const axis = {
    stroke: color("ink-faint"),
    font: `11px ${color("font")}`,
    ticks: { show: false },
  };
  const [start = 0, end = 1] = [columns.at[0], columns.at.at(-1)];
  const most = () => Math.max(2, Math.floor(element.clientWidth / 90));
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 6, 0, 0],
    scales: {
      x: { time: false, range: () => [start, end] },
      y: { range: (_plot, _least, top) => [0, Math.max(top ?? 0, 4) * 1.1] },
    },
    axes: [
      {
        ...axis,
        size: 26,
        gap: 6,
        grid: { show: false },
        splits: () => ticks(start, end, most()).at,
        values: (_plot, at) => at.map((mark) => nameOf(mark, ticks(start, end, most()).shape)),
      },
      {
        ...axis,
        size: 46,
        gap: 6,
        space: 34,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5],
        grid: { stroke: color("grid"), width: 1 },
        values: (_plot, at) => at.map((value) => number(value)),
      },
    ],
    series: [{}, { paths: () => null, points: { show: false } }],
    hooks: { drawAxes: [(plot) => draw(plot, columns)] },
  };
}

function draw(plot: uPlot, { at, silent, rejected, repaired }: QualityColumns): void {
  const { ctx, bbox } = plot;
  const paints = { silent: color("line"), rejected: color("bad"), repaired: color("tone-peak") };
  const bottom = bbox.top + bbox.height;
  ctx.save();
  for (let place = 0; place < at.length - 1; place++) {
    const left = plot.valToPos(at[place] ?? 0, "x", true);
    const width = plot.valToPos(at[place + 1] ?? 0, "x", true) - left;
    const quiet = silent[place] ?? 0;
    if (quiet > 0) {
      ctx.fillStyle = paints.silent;
      ctx.fillRect(left, bottom - quiet * bbox.height, width, quiet * bbox.height);
    }
    const air = Math.min(width * 0.2, 6);
    const [bad, mended] = [rejected[place] ?? 0, repaired[place] ?? 0];
    const middle = plot.valToPos(bad, "y", true);
    const top = plot.valToPos(bad + mended, "y", true);
    ctx.fillStyle = paints.rejected;
    ctx.fillRect(left + air / 2, middle, Math.max(1, width - air), bottom - middle);
    ctx.fillStyle = paints.repaired;
    ctx.fillRect(left + air / 2, top, Math.max(1, width - air), middle - top);
  }
  ctx.restore();
}
