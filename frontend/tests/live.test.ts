import { describe, expect, test } from "vitest";
import { addReading, curveOf, emptyCurve, joinCurves } from "../src/api/curve";
import { Place, pauseMs } from "../src/api/resume";
import type { Reading } from "../src/api/types";
import { change, grown, signedSum, termsOf } from "../src/pages/now/today";

const reading = (at: number, va: number, totals = {}) =>
  ({
    received_at: new Date(at * 1000).toISOString(),
    gauges: { apparent_va: va },
    totals,
  }) as unknown as Reading;

describe("the place in the stream", () => {
  test("takes each number once", () => {
    const place = new Place();
    place.restart(4);
    expect([3, 4, 5, 5, 6].map((seq) => place.take(seq))).toEqual([
      false,
      false,
      true,
      false,
      true,
    ]);
    expect(place.seq).toBe(6);
  });

  test("follows a journal that begins anew", () => {
    const place = new Place();
    place.restart(900);
    place.restart(2);
    expect(place.take(3)).toBe(true);
  });

  test("attempts come soon, then every five seconds", () => {
    expect([0, 1, 2, 3, 4, 99].map(pauseMs)).toEqual([500, 1000, 2000, 4000, 5000, 5000]);
  });
});

describe("the curve of the last minutes", () => {
  test("a gap is a gap", () => {
    let curve = addReading(emptyCurve(), reading(1000, 300));
    curve = addReading(curve, reading(1002, 310));
    curve = addReading(curve, reading(1030, 320));
    expect(curve.drawn).toEqual([300, 310, null, 320]);
  });

  test("what was received before the page was opened is joined without doubles", () => {
    const recent = { who: "h", at: [1, 3, 5], active_w: [], apparent_export_va: [] };
    const before = curveOf({ ...recent, apparent_va: [10, 30, 50] });
    const after = { at: [5, 7], drawn: [50, 70], injected: [null, null] };
    expect(joinCurves(before, after)).toMatchObject({ at: [1, 3, 5, 7], drawn: [10, 30, 50, 70] });
  });

  test("does not grow for ever", () => {
    let curve = emptyCurve();
    for (let at = 0; at < 4000; at += 2) curve = addReading(curve, reading(1e9 + at, at));
    expect(curve.at.length).toBeLessThan(600);
    expect(curve.drawn.length).toBe(curve.at.length);
  });
});

describe("today's energy", () => {
  const asked = { items: [], parts: [], totals: { import_wh: 1000 } };

  test("grows with the meter", () => {
    expect(grown(500, asked, "import_wh", reading(1, 0, { import_wh: 1042 }))).toBe(542);
  });

  test("does not follow a meter that was replaced", () => {
    expect(grown(500, asked, "import_wh", reading(1, 0, { import_wh: 3 }))).toBe(500);
  });

  test("is compared only with what is known", () => {
    expect([change(50, 100), change(50, null), change(null, 100), change(5, 0)]).toEqual([
      -0.5,
      null,
      null,
      null,
    ]);
  });

  test("a formula is a signed sum", () => {
    expect(termsOf("main - heat-pump + solar")).toEqual([
      { sign: 1, name: "main" },
      { sign: -1, name: "heat-pump" },
      { sign: 1, name: "solar" },
    ]);
    expect(termsOf("main -")).toBeNull();
    expect(termsOf("main solar")).toBeNull();
  });

  test("a virtual meter is known only where all its parts are", () => {
    const terms = termsOf("main - solar") ?? [];
    const powers: Record<string, number> = { main: 900, solar: 250 };
    expect(signedSum(terms, (name) => powers[name] ?? null)).toBe(650);
    expect(signedSum(terms, (name) => (name === "main" ? 900 : null))).toBeNull();
    expect(signedSum([], () => 1)).toBeNull();
  });
});
