import { expect, test } from "vitest";
import { isFresh } from "../src/api/fresh";

test("a meter on its own line is not the present after ten seconds of silence", () => {
  expect(isFresh({ status: "complete" }, 10)).toBe(true);
  expect(isFresh({ status: "complete" }, 11)).toBe(false);
});

test("relayed values may come once a minute", () => {
  expect(isFresh({ status: "relayed" }, 301)).toBe(true);
  expect(isFresh({ status: "relayed" }, 331)).toBe(false);
});
