import { describe, expect, test } from "vitest";
import { fromIsoDay, isoDay, offsetS, toCivil, toInstant, weekday } from "../src/time/paris";
import { energyInterval, moved, neighbour, rangeAt, spanOf, zoomed } from "../src/time/spans";
import { ticks } from "../src/time/ticks";

const day = (text: string) => fromIsoDay(text) as number;
const HOUR = 3600;

describe("the calendar of Paris", () => {
  test("is an hour ahead in winter and two in summer", () => {
    expect(offsetS(Date.UTC(2026, 0, 15) / 1000)).toBe(HOUR);
    expect(offsetS(Date.UTC(2026, 6, 15) / 1000)).toBe(2 * HOUR);
  });

  test("changes at one o'clock UTC", () => {
    const spring = Date.UTC(2026, 2, 29, 1) / 1000;
    expect([offsetS(spring - 1), offsetS(spring)]).toEqual([HOUR, 2 * HOUR]);
    expect(toCivil(spring).hour).toBe(3);
  });

  test("an instant is found again from what the clocks show", () => {
    for (let at = Date.UTC(2026, 2, 27) / 1000; at < Date.UTC(2026, 2, 31) / 1000; at += 1800) {
      expect(toInstant(toCivil(at))).toBe(at);
    }
  });

  test("the hour that is shown twice is the first one", () => {
    const at = toInstant({ year: 2026, month: 10, day: 25, hour: 2, minute: 30 });
    expect(at).toBe(Date.UTC(2026, 9, 25, 0, 30) / 1000);
  });

  test("an hour that is never shown is an hour later", () => {
    const at = toInstant({ year: 2026, month: 3, day: 29, hour: 2, minute: 30 });
    expect(toCivil(at)).toMatchObject({ day: 29, hour: 3, minute: 30 });
  });

  test("weeks begin on Monday", () => {
    expect(weekday(day("2026-11-30"))).toBe(0);
    expect(weekday(day("2026-11-29"))).toBe(6);
  });

  test("what is no day is none", () => {
    expect([fromIsoDay("2026-02-30"), fromIsoDay("yesterday")]).toEqual([null, null]);
    expect(isoDay(day("2026-02-28"))).toBe("2026-02-28");
  });
});

describe("spans", () => {
  test("days have 23, 24 or 25 hours", () => {
    const hours = (text: string) => {
      const { start, end } = rangeAt("day", day(text) + 5 * HOUR);
      return (end - start) / HOUR;
    };
    expect(["2026-03-29", "2026-03-30", "2026-10-25"].map(hours)).toEqual([23, 24, 25]);
  });

  test("a week is from Monday to Monday, over the change of the clocks", () => {
    const { start, end } = rangeAt("week", day("2026-10-25"));
    expect([isoDay(start), isoDay(end)]).toEqual(["2026-10-19", "2026-10-26"]);
    expect((end - start) / HOUR).toBe(7 * 24 + 1);
  });

  test("the month after the 31st is the shorter one", () => {
    expect(isoDay(moved("month", day("2026-01-31"), 1))).toBe("2026-02-28");
    expect(isoDay(moved("year", day("2024-02-29"), 1))).toBe("2025-02-28");
  });

  test("the neighbour of a month is a month, of a free range one as long", () => {
    const march = rangeAt("month", day("2026-03-10"));
    expect(neighbour(march, "month", -1)).toEqual(rangeAt("month", day("2026-02-10")));
    const free = { start: 1000, end: 4000 };
    expect(neighbour(free, "day", 1)).toEqual({ start: 4000, end: 7000 });
  });

  test("a range knows which span it is", () => {
    expect(spanOf(rangeAt("year", day("2026-03-10")))).toBe("year");
    expect(spanOf({ start: day("2026-03-10") + 60, end: day("2026-03-11") })).toBeNull();
  });

  test("zooming keeps the instant under the pointer where it is", () => {
    const { start, end } = zoomed({ start: 0, end: 100_000 }, 0.5, 25_000);
    expect([start, end]).toEqual([12_500, 62_500]);
  });

  test("a year is drawn by day", () => {
    expect(energyInterval(365 * 86_400)).toBe("day");
    expect(energyInterval(86_400)).toBe("hour");
  });
});

describe("marks on the axis of time", () => {
  test("stand at local midnight on both sides of a change", () => {
    const { at } = ticks(day("2026-10-23"), day("2026-10-28"), 6);
    expect(at.map(isoDay)).toEqual([
      "2026-10-23",
      "2026-10-24",
      "2026-10-25",
      "2026-10-26",
      "2026-10-27",
      "2026-10-28",
    ]);
    expect(at.every((mark) => toCivil(mark).hour === 0)).toBe(true);
  });

  test("are never more than asked for", () => {
    for (const length of [60, 600, 5000, 1e5, 1e6, 1e7, 1e8, 1e9]) {
      expect(ticks(1.7e9, 1.7e9 + length, 6).at.length).toBeLessThanOrEqual(7);
    }
  });
});
