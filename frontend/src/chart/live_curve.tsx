/** The curve of the last minutes: it moves with the clock, and grows with each reading. */

import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { type Curve, emptyCurve } from "../api/curve";
import { nowMs } from "../api/live";
import { number } from "../text/format";
import { useLanguage } from "../text/language";
import { color, useTheme } from "../theme";
import { nameOf, ticks } from "../time/ticks";
import { follow } from "./size";

const MOVE_MS = 1000;
const AXIS_SIZE = 46; // pixels
const HALF_NAME = 18;

export function LiveCurve(props: {
  curve: Curve | undefined;
  seconds: number;
  limit: number | null;
  label: string;
}) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const shown = useRef(props);
  shown.current = props;
  const [theme, language] = [useTheme(), useLanguage()];

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const made = new uPlot(
      options(element, () => shown.current),
      columns(shown.current.curve),
      element,
    );
    plot.current = made;
    const unfollow = follow(element, (width) =>
      made.setSize({ width, height: element.clientHeight }),
    );
    const timer = setInterval(() => !document.hidden && made.redraw(false, true), MOVE_MS);
    return () => {
      clearInterval(timer);
      unfollow();
      made.destroy();
      plot.current = null;
    };
  }, [theme, language]);

  useEffect(
    () => plot.current?.setData(columns(props.curve)),
    [props.curve, props.limit, props.seconds],
  );

  return (
    <div class="curve" role="img" aria-label={props.label}>
      <div ref={host} class="plot" />
    </div>
  );
}

function columns(curve: Curve | undefined): uPlot.AlignedData {
  const { at, drawn, injected } = curve ?? emptyCurve();
  return [at, drawn, injected];
}

function options(
  element: HTMLElement,
  shown: () => { seconds: number; limit: number | null },
): uPlot.Options {
  const axis = {
    stroke: color("ink-faint"),
    font: `11px ${color("font")}`,
    grid: { stroke: color("grid"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    legend: { show: false },
    cursor: { show: false },
    padding: [6, 4, 0, 0],
    scales: {
      x: {
        time: false,
        range: () => {
          const now = nowMs() / 1000;
          return [now - shown().seconds, now];
        },
      },
      y: { range: (_plot, _least, most) => [0, ceiling(most, shown().limit)] },
    },
    axes: [
      {
        ...axis,
        size: 22,
        gap: 4,
        grid: { show: false },
        splits: (_plot, _axis, least, most) => ticks(least, most, 5).at,
        values: (plot, marks) =>
          marks.map((mark) => {
            const cut = plot.width - plot.valToPos(mark, "x") - AXIS_SIZE < HALF_NAME;
            return cut ? "" : nameOf(mark, "time");
          }),
      },
      {
        ...axis,
        size: AXIS_SIZE,
        gap: 6,
        space: 34,
        values: (_plot, marks) => marks.map((mark) => number(mark)),
      },
    ],
    series: [
      {},
      {
        stroke: color("drawn"),
        fill: color("drawn-fill"),
        width: 2,
        points: { show: false },
        spanGaps: false,
        ...stepped(),
      },
      {
        stroke: color("injected"),
        fill: color("injected-fill"),
        width: 2,
        points: { show: false },
        spanGaps: false,
        ...stepped(),
      },
    ],
  };
}

/** A value holds until the next frame: no slope is invented. */
function stepped(): Pick<uPlot.Series, "paths"> {
  const paths = uPlot.paths.stepped?.({ align: 1 });
  return paths ? { paths } : {};
}

/** The top of the scale: what was seen, with air; the subscribed power once it is near. */
function ceiling(most: number | null, limit: number | null): number {
  const seen = Math.max(most ?? 0, 200) * 1.15;
  return limit && seen > limit * 0.75 ? Math.max(seen, limit * 1.05) : seen;
}
