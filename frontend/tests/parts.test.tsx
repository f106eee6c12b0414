import { render } from "preact";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Situation } from "../src/api/types";
import { Against } from "../src/pages/now/against";
import { Phases } from "../src/pages/now/phases";
import { Tariff } from "../src/pages/now/tariff";
import { parse } from "../src/route";
import { language } from "../src/text/language";
import { Choice } from "../src/ui/parts";

let host: HTMLElement;

beforeEach(() => {
  language.set("en");
  host = document.body.appendChild(document.createElement("div"));
});
afterEach(() => {
  render(null, host);
  host.remove();
});

const words = () => (host.textContent ?? "").replaceAll("\u00a0", " ");

const SITUATION: Situation = {
  tariff_period: null,
  tempo_today: null,
  tempo_tomorrow: null,
  tempo_source: null,
  ejp_today: null,
  ejp_notice: null,
  over_power: null,
  subscribed_va: null,
  margin_va: null,
};

describe("the tariff", () => {
  test("of a contract without colours says nothing", () => {
    render(<Tariff situation={SITUATION} />, host);
    expect(words()).toBe("");
  });

  test("shows today's colour and that tomorrow's is not known", () => {
    render(<Tariff situation={{ ...SITUATION, tempo_today: "red" }} />, host);
    expect(words()).toBe("TodayRedTomorrowto come");
    expect(host.querySelector(".day-tile.red")).not.toBeNull();
  });

  test("an EJP notice is said before the hours begin, and not any more in them", () => {
    render(<Tariff situation={{ ...SITUATION, ejp_notice: true }} />, host);
    expect(words()).toContain("within 30 minutes");
    render(<Tariff situation={{ ...SITUATION, ejp_notice: true, ejp_today: true }} />, host);
    expect(words()).not.toContain("within 30 minutes");
  });
});

describe("voltages and currents", () => {
  test("with one phase are two numbers, only those that are sent", () => {
    render(<Phases gauges={{ current_1_a: 3 }} phases={1} />, host);
    expect(words()).toBe("Current3 A");
  });

  test("with three phases are a table with a heading for each row and column", () => {
    const gauges = { voltage_1_v: 231, voltage_2_v: 232, voltage_3_v: 233, current_1_a: 1 };
    render(<Phases gauges={gauges} phases={3} />, host);
    expect(host.querySelectorAll("th[scope=row]")).toHaveLength(3);
    expect(host.querySelectorAll("th[scope=col]")).toHaveLength(3);
    expect(words()).toContain("– A");
  });
});

describe("today against other days", () => {
  const item = (name: "previous" | "same_weekday", value: number | null, quality = "measured") => ({
    ...{ name, value, quality, whole_end: "2026-11-23T23:00:00Z", whole_value: null },
    start: "2026-11-22T23:00:00Z",
    end: "2026-11-23T09:00:00Z",
  });

  test("tells the change, and what is incomplete", () => {
    const items = [item("previous", 4000), item("same_weekday", 10_000, "missing")];
    render(<Against items={items} now={5000} />, host);
    expect(words()).toContain("Yesterday by this time4.00 kWh +25 %");
    expect(words()).toContain("Last Monday by this time10.00 kWh −50 % incomplete");
  });

  test("of which nothing is known has no change", () => {
    render(<Against items={[item("previous", null)]} now={5000} />, host);
    expect(words()).toContain("Yesterday by this time– kWh");
    expect(words()).not.toContain("%");
  });

  test("speaks French", () => {
    language.set("fr");
    render(<Against items={[item("previous", 4000)]} now={5000} />, host);
    expect(words()).toContain("Hier à cette heure4,00 kWh +25 %");
  });
});

describe("a choice", () => {
  test("says which one is chosen, to everybody", () => {
    let chosen = "";
    const options = ["a", "b"].map((value) => ({ value, name: value.toUpperCase() }));
    render(
      <Choice
        label="Letter"
        options={options}
        chosen="a"
        onChoose={(value) => {
          chosen = value;
        }}
      />,
      host,
    );
    const [a, b] = host.querySelectorAll("button");
    expect([
      a?.ariaPressed ?? a?.getAttribute("aria-pressed"),
      b?.getAttribute("aria-pressed"),
    ]).toEqual(["true", "false"]);
    b?.click();
    expect(chosen).toBe("b");
  });
});

describe("the address of a page", () => {
  test("of a page that does not exist is that of now", () => {
    expect(parse("#/nowhere?x=1").page).toBe("now");
    expect(parse("#/history?who=a+b").query.get("who")).toBe("a b");
    expect(parse("").page).toBe("now");
  });
});
