/** What the chart of a line's quality is drawn from. */

import type { QualityAnswer } from "../../api/types";
import type { QualityColumns } from "../../chart/quality_plot";

/** An interval that has no frame at all was silent, if it is over and the line had begun. */
export function columnsOf(answer: QualityAnswer, line: string, now: number): QualityColumns {
  const { at } = answer;
  const series = answer.series.find(({ who }) => who === line);
  const frames = series?.frames ?? [];
  const begun = frames.findIndex(Boolean);
  const silent = at.slice(0, -1).map((start, place) => {
    const [end, quiet] = [at[place + 1] ?? start, series?.silent_s[place]];
    if (quiet !== null && quiet !== undefined) return Math.min(1, quiet / (end - start));
    return begun >= 0 && place > begun && end <= now && !frames[place] ? 1 : null;
  });
  const zeros = at.slice(0, -1).map(() => 0);
  return { at, silent, rejected: series?.rejected ?? zeros, repaired: series?.repaired ?? zeros };
}

export function sumOf(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
