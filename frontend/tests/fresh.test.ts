import { expect, test } from "vitest";
import { isFresh } from "../src/api/fresh";
import type { Reading } from "../src/api/types";
import { freshPower } from "../src/pages/now/virtual_card";

test("a meter on its own line is not the present after ten seconds of silence", () => {
  expect(isFresh({ status: "complete" }, 10)).toBe(true);
  expect(isFresh({ status: "complete" }, 11)).toBe(false);
});

test("relayed values may come every five minutes", () => {
  expect(isFresh({ status: "relayed" }, 301)).toBe(true);
  expect(isFresh({ status: "relayed" }, 331)).toBe(false);
});

test("a virtual meter counts its parts for as long as they are shown themselves", () => {
  const said = { received_at: new Date(Date.now() - 60_000).toISOString() };
  const power = (status: string) =>
    freshPower({ ...said, status, gauges: { apparent_va: 700 } } as unknown as Reading);
  expect(power("relayed")).toBe(700);
  expect(power("complete")).toBe(null);
});
