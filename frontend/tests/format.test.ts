import { beforeEach, describe, expect, test } from "vitest";
import { amount, bytes, duration, energy, moment, number, percent } from "../src/text/format";
import { fill, fromBrowser, language } from "../src/text/language";

beforeEach(() => language.set("en"));

describe("numbers", () => {
  test("energy is Wh below one kWh", () => {
    expect([850, 12_345, 123_456, 12_345_678].map((wh) => amount(energy(wh)))).toEqual([
      "850\u00a0Wh",
      "12.35\u00a0kWh",
      "123.5\u00a0kWh",
      "12\u00a0346\u00a0kWh",
    ]);
  });

  test("what is not known is a dash, never a zero", () => {
    expect([number(null), number(undefined), energy(null).value]).toEqual(["–", "–", "–"]);
  });

  test("below zero have the sign of type, and digits in threes", () => {
    expect([number(-110), number(-1234567), number(1234.25, 2)]).toEqual([
      "−110",
      "−1\u00a0234\u00a0567",
      "1\u00a0234.25",
    ]);
  });

  test("French has its comma and its spaces", () => {
    language.set("fr");
    expect(number(1234.5, 1)).toBe("1\u00a0234,5");
    expect([number(0.01, 3), number(-1234.567, 3)]).toEqual(["0,010", "−1\u00a0234,567"]);
    expect(bytes(12_300_000)).toBe("12\u00a0Mo");
  });

  test("a change has its sign", () => {
    expect([0.084, -0.5, 0.001].map(percent)).toEqual(["+8\u00a0%", "−50\u00a0%", "±0\u00a0%"]);
  });

  test("time spans are read at a glance", () => {
    expect([12, 300, 12_000, 200_000].map(duration)).toEqual([
      "12\u00a0s",
      "5\u00a0min",
      "3\u00a0h 20\u00a0min",
      "2\u00a0d",
    ]);
  });
});

describe("times", () => {
  test("are those of Paris wherever the browser is", () => {
    expect(moment("2026-07-14T10:00:00Z", "time")).toBe("12:00");
  });
});

describe("the language", () => {
  test("is the first one of the browser that the page has", () => {
    expect(fromBrowser(["de-DE", "fr-CA", "en"])).toBe("fr");
    expect(fromBrowser(["en-US", "fr"])).toBe("en");
    expect(fromBrowser(["de"])).toBe("en");
  });
});

test("no line of French begins with a sign of punctuation", () => {
  const text = { en: "say: {x}?", fr: "dites : « {x} » ?" };
  expect(fill(text, { x: "a : b" })).toBe("say: a : b?");
  language.set("fr");
  expect(fill(text, { x: "a : b" })).toBe("dites\u00a0: «\u00a0a : b\u00a0»\u00a0?");
});
