import { describe, expect, test } from "vitest";
import type { CounterSeries, Meter, SeriesAnswer } from "../src/api/types";
import { covers, widened } from "../src/pages/history/cache";
import { envelopesOf, highest, movedCurves, resampled } from "../src/pages/history/curves";
import { barsOf, extent, movedBars, placeOf, sum, touching } from "../src/pages/history/energy";
import {
  backwards,
  comparable,
  otherRange,
  readView,
  shifted,
  shiftTo,
  writeView,
} from "../src/pages/history/view";
import { columnsOf } from "../src/pages/line/columns";
import { fromIsoDay, isoDay } from "../src/time/paris";
import { rangeAt } from "../src/time/spans";

const day = (text: string) => fromIsoDay(text) as number;
const HOUR = 3600;

describe("the address", () => {
  const names = ["house", "solar"];

  test("says the whole view, and is read back as it was", () => {
    const view = {
      who: "solar",
      span: "month",
      range: rangeAt("month", day("2026-03-10")),
      panels: ["energy", "voltage"],
      other: { start: day("2025-03-01") },
    } as const;
    const query = writeView(view);
    expect(query.get("start")).toBe("2026-03-01");
    expect(readView(query, names, 0)).toEqual(view);
  });

  test("keeps a free range to the second", () => {
    const range = { start: 1_700_000_123, end: 1_700_009_999 };
    const view = readView(
      writeView({ who: "house", span: "day", range, panels: ["power"], other: { who: "solar" } }),
      names,
      0,
    );
    expect(view.range).toEqual(range);
    expect(view.other).toEqual({ who: "solar" });
  });

  test("that makes no sense shows today of the first meter", () => {
    const now = day("2026-11-30") + 9 * HOUR;
    const view = readView(new URLSearchParams("who=<b>&span=eon&start=x&with=-1"), names, now);
    expect(view).toMatchObject({ who: "house", span: "day", other: null });
    expect(view.range).toEqual(rangeAt("day", now));
  });
});

describe("two periods", () => {
  test("a month against the one a year ago is shifted by months, and back again", () => {
    const range = rangeAt("month", day("2026-02-10"));
    const shift = shiftTo(range, day("2024-02-01"));
    expect(shift).toEqual({ months: -24, days: 0, seconds: 0 });
    const other = otherRange(range, shift);
    expect([isoDay(other.start), isoDay(other.end)]).toEqual(["2024-02-01", "2024-03-01"]);
    expect(shifted(other.start, backwards(shift))).toBe(range.start);
  });

  test("a day is compared hour by hour, also with a day of 25 hours", () => {
    const range = rangeAt("day", day("2026-10-26"));
    const shift = shiftTo(range, day("2026-10-25"));
    expect(shift.days).toBe(-1);
    expect(shifted(range.start + 12 * HOUR, shift)).toBe(day("2026-10-25") + 13 * HOUR);
  });

  test("until the same moment of both, if this one is not over", () => {
    const range = rangeAt("day", day("2026-11-30"));
    const now = range.start + 9 * HOUR;
    const { here, there } = comparable(range, shiftTo(range, day("2026-11-23")), now);
    expect(here).toEqual({ start: range.start, end: now });
    expect(there).toEqual({ start: day("2026-11-23"), end: day("2026-11-23") + 9 * HOUR });
  });
});

const counter = (quantity: string, values: (number | null)[], tone: string | null = null) =>
  ({
    who: "house",
    quantity,
    kind: "counter",
    unit: "Wh",
    title: { en: quantity, fr: quantity },
    name: { en: quantity, fr: quantity },
    tone,
    values,
    quality: values.map((value) => (value === null ? 2 : 0)),
    total: null,
  }) satisfies CounterSeries;

const answer = (series: SeriesAnswer["series"], at = [0, 10, 20, 30]): SeriesAnswer => ({
  step: "day",
  minutes: null,
  now: "2026-11-30T00:00:00Z",
  first_seen: null,
  at,
  series,
});
const meter = {
  who: "house",
  registers: [
    { quantity: "import_1_wh", name: { en: "Off-peak", fr: "HC" }, tone: "off_peak" },
    { quantity: "import_2_wh", name: { en: "Peak", fr: "HP" }, tone: "peak" },
  ],
} as unknown as Meter;

describe("bars of energy", () => {
  const bars = barsOf(
    answer([
      counter("import_wh", [5, null, 9]),
      counter("import_1_wh", [2, null, 4]),
      counter("import_2_wh", [3, null, 5]),
      counter("import_3_wh", [0, null, 0]),
      counter("export_wh", [0, 0, 6]),
    ]),
    meter,
  );

  test("have a part for each register that counted, called as the meter has it", () => {
    expect(bars.parts.map(({ name }) => name.en)).toEqual(["Off-peak", "Peak"]);
    expect(bars.parts.map(({ tone }) => tone)).toEqual(["off_peak", "peak"]);
  });

  test("a gap is no zero", () => {
    expect(bars.whole[1]).toBeNull();
    expect([sum([null, null]), sum([null, 4]), sum([0])]).toEqual([null, 4, 0]);
  });

  test("the scale holds what is seen of them, and what is injected below", () => {
    expect(extent(bars, { start: 0, end: 10 })).toEqual([5, 0]);
    expect(extent(bars, { start: 5, end: 30 })).toEqual([9, 6]);
  });

  test("an instant has its interval", () => {
    expect([-1, 0, 9.9, 10, 29, 30].map((at) => placeOf(bars.at, at))).toEqual([
      -1, 0, 0, 1, 2, -1,
    ]);
    expect(touching(bars.at, { start: 12, end: 20 })).toEqual([1, 1]);
    expect(touching(bars.at, { start: 40, end: 50 })).toEqual([0, -1]);
  });

  test("of another period stand where they are compared", () => {
    expect(movedBars(bars, { months: 0, days: 0, seconds: 5 }).at).toEqual([5, 15, 25, 35]);
  });

  test("of a meter with one register are the whole", () => {
    const alone = barsOf(answer([counter("import_wh", [5, 6, 7])]), meter);
    expect(alone.parts).toHaveLength(1);
    expect(alone.injected).toBeNull();
  });
});

describe("curves", () => {
  const envelopes = envelopesOf(
    answer([
      {
        ...{ who: "house", quantity: "apparent_va", kind: "gauge", unit: "VA", tone: null },
        title: { en: "", fr: "" },
        name: { en: "", fr: "" },
        min: [1, null, 3],
        mean: [2, null, 4],
        max: [9, null, 9],
        samples: [1, 0, 1],
      },
    ]),
    "house",
  );

  test("stand in the middle of their intervals", () => {
    expect(envelopes.at).toEqual([5, 15, 25]);
  });

  test("the highest is found with its interval, the first of equals", () => {
    expect(highest(envelopes.edges, envelopes.curves[0], { start: 0, end: 30 })).toEqual({
      value: 9,
      start: 0,
      end: 10,
    });
    expect(highest(envelopes.edges, envelopes.curves[0], { start: 10, end: 20 })).toBeNull();
  });

  test("of another period are read where this one has its points", () => {
    const moved = movedCurves(envelopes, { months: 0, days: 0, seconds: 20 });
    expect(resampled([5, 15, 25, 45], moved, "apparent_va")).toEqual([null, null, 2, 4]);
  });
});

describe("what was asked for already", () => {
  const have = {
    who: "house",
    quantities: ["a", "b"],
    interval: "day",
    range: { start: 0, end: 100 },
  } as const;

  test("serves any part of it", () => {
    expect(covers(have, { ...have, quantities: ["b"], range: { start: 20, end: 100 } })).toBe(true);
    expect(covers(have, { ...have, quantities: ["c"] })).toBe(false);
    expect(covers(have, { ...have, interval: "hour" })).toBe(false);
    expect(covers(have, { ...have, range: { start: -1, end: 50 } })).toBe(false);
  });

  test("is widened by as much again on both sides", () => {
    expect(widened({ start: 86_400, end: 2 * 86_400 }, "hour")).toEqual({
      start: 0,
      end: 3 * 86_400,
    });
  });
});

describe("the quality of a line", () => {
  test("an interval without a frame was silent, unless the line had not begun or it is not over", () => {
    const told = {
      at: [0, 60, 120, 180, 240],
      series: [
        {
          who: "house",
          frames: [0, 30, 0, 0],
          rejected: [0, 2, 0, 0],
          repaired: [0, 1, 0, 0],
          silent_s: [null, 6, null, null],
        },
      ],
    };
    const { silent, rejected } = columnsOf(told as never, "house", 200);
    expect(silent).toEqual([null, 0.1, 1, null]);
    expect(rejected).toEqual([0, 2, 0, 0]);
  });
});
