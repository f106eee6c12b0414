/** What the API of telewatt answers (docs/en/api.md describes it). Times: ISO 8601 UTC. */

export interface Text {
  en: string;
  fr: string;
}

export interface Session {
  version: string;
  open: boolean;
  authenticated: boolean;
  password_set: boolean;
  csrf: string | null;
  language: "en" | "fr" | null;
  base: string;
  started: string;
  first_run: boolean;
}

interface Quantity {
  name: string;
  unit: string;
  kind: "counter" | "gauge" | "count" | "estimate";
  title: Text;
}

interface Register {
  quantity: string;
  name: Text;
  tone: string | null;
}

interface Identity {
  maker: string;
  maker_code: string;
  year: number;
  type: string;
  type_code: string;
  family: string;
  phase: string;
  serial: string;
}

export interface Meter {
  who: string;
  kind: "site" | "virtual" | "meter";
  line: string | null;
  meter: string | null;
  identity: Identity | null;
  mode: "historic" | "standard" | null;
  contract: { name: Text; kind: string } | null;
  subscribed_va: number | null;
  phases: number | null;
  producer: boolean;
  state: string | null;
  reading: boolean | null;
  remedy: Text | null;
  first_seen: string | null;
  last_seen: string | null;
  chain: { meter: string; since: string | null }[];
  quantities: Quantity[];
  registers: Register[];
  formula: string | null;
}

export interface Situation {
  tariff_period: { name: Text; tone: string | null } | null;
  tempo_today: Colour | null;
  tempo_tomorrow: Colour | null;
  tempo_source: string | null;
  ejp_today: boolean | null;
  ejp_notice: boolean | null;
  over_power: boolean | null;
  subscribed_va: number | null;
  margin_va: number | null;
}

export type Colour = "blue" | "white" | "red";

export interface LifeEvent {
  who: string;
  line: string | null;
  meter: string;
  kind: string;
  at: string;
  since: string;
  subject: string;
  before: string;
  after: string;
  text: Text;
}

export interface Reading {
  who: string;
  seq: number;
  line: string;
  received_at: string;
  meter: string;
  mode: "historic" | "standard";
  status: string;
  kind: string;
  gauges: Record<string, number>;
  active: { w: number; error_w: number; time_constant_s: number } | null;
  totals: Record<string, number>;
  totals_at: string | null;
  datasets: number;
  repaired: number;
  rejected: number;
  situation: Situation;
  events: LifeEvent[];
}

export interface Line {
  name: string;
  meter: string | null;
  state: string;
  reading: boolean;
  remedy: Text;
  bytes: number;
  frames: Record<string, number>;
  datasets: number;
  repaired: number;
  rejected: Record<string, number>;
  openings: number;
  last_frame_at: string | null;
  stale: boolean;
}

export interface Latest {
  seq: number;
  now: string;
  readings: Reading[];
  lines: Line[];
}

export interface Recent {
  who: string;
  at: number[];
  apparent_va: (number | null)[];
  apparent_export_va: (number | null)[];
  active_w: (number | null)[];
}

export type Step = "minute" | "quarter" | "hour" | "day" | "week" | "month" | "year";

interface SeriesHead {
  who: string;
  quantity: string;
  unit: string;
  title: Text;
  name: Text;
  tone: string | null;
}

export interface CounterSeries extends SeriesHead {
  kind: "counter";
  values: (number | null)[];
  quality: number[];
  total: number | null;
}

export interface GaugeSeries extends SeriesHead {
  kind: "gauge";
  min: (number | null)[];
  mean: (number | null)[];
  max: (number | null)[];
  samples: number[];
}

interface CountSeries extends SeriesHead {
  kind: "count";
  values: number[];
}

export interface SeriesAnswer {
  step: Step | "minutes";
  minutes: number | null;
  now: string;
  first_seen: string | null;
  at: number[];
  series: (CounterSeries | GaugeSeries | CountSeries)[];
}

export interface Energy {
  quantity: string;
  value: number | null;
  quality: string;
  name: Text;
  tone: string | null;
}

export interface CompareItem {
  name: "current" | "previous" | "same_weekday" | "last_year" | "other";
  start: string;
  end: string;
  value: number | null;
  quality: string;
  whole_end: string;
  whole_value: number | null;
}

export interface Health {
  ok: boolean;
  version: string;
  started: string;
  now: string;
  uptime_s: number;
  lines: Line[];
  sinks: {
    name: string;
    working: boolean;
    trouble: Text | null;
    waiting: number;
    delivered: number;
    refused: number;
  }[];
  alarms: { kind: string; text: Text; remedy: Text }[];
  journal: {
    path: string;
    first_seq: number;
    last_seq: number;
    durable_seq: number;
    bytes: number;
    history_bytes: number;
    disk_free_bytes: number | null;
    history_place: number;
  };
  memory_bytes: number | null;
}

interface QualityCounts {
  frames: number;
  damaged: number;
  datasets: number;
  repaired: number;
  rejected: Record<string, number>;
  silent_s: number;
  minutes: number;
}

export interface LineQuality {
  name: string;
  meter: string | null;
  state: string;
  verdict: { grade: "good" | "fair" | "poor" | "silent" | "waiting"; text: Text; remedy: Text };
  now: QualityCounts;
  since_start: Omit<QualityCounts, "minutes">;
}

export interface QualityAnswer {
  lines: LineQuality[];
  step: Step | "minutes";
  minutes: number | null;
  at: number[];
  series: {
    who: string;
    frames: number[];
    rejected: number[];
    repaired: number[];
    silent_s: (number | null)[];
  }[];
  reasons: {
    who: string;
    at: number[];
    rejected: Record<string, number[]>;
    silent_s: number[];
  }[];
  reason_texts: Record<string, Text>;
}

export interface DatasetShown {
  label: string;
  data: string;
  horodate: string | null;
  time: string | null;
  value: unknown;
  unit: string;
  repaired: boolean;
  name: Text;
  meaning: Text | null;
  fields: { name: Text; bits: string; value: Text }[];
}

export interface FrameShown {
  who: string;
  seq: number;
  line: string;
  received_at: string;
  meter: string | null;
  mode: string;
  status: string;
  kind: string;
  offset: number;
  datasets: DatasetShown[];
  rejected: { offset: number; reason: string; text: Text; bytes: string; shown: string }[];
}

export interface RawFrames {
  who: string;
  frames: {
    seq: number;
    line: string;
    received_at: string;
    status: string;
    bytes: string;
    shown: string;
  }[];
}

export interface Configuration {
  file: string | null;
  sections: {
    name: string;
    keys: { key: string; value: unknown; default: boolean }[];
  }[];
  problems: Text[];
  toml: string;
}

export interface Port {
  device: string;
  stable_name: string | null;
  description: string;
  used_by: string | null;
}

export interface Heard {
  device: string;
  state: string;
  text: Text;
  speed: number | null;
  mode: string | null;
  parity: boolean;
  meter: string | null;
  toml: string | null;
}
