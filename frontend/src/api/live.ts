/** The live state: the newest reading of each meter, the state of each line, the connection. */

import { Store } from "../store";
import { ApiError, address, get, session } from "./client";
import { addReading, type Curve, curveOf, emptyCurve, joinCurves, KEPT_S } from "./curve";
import { Place, pauseMs } from "./resume";
import type { Latest, Line, Meter, Reading, Recent, Session } from "./types";

type Connection = "connecting" | "live" | "lost";

export const connection = new Store<Connection>("connecting");
export const readings = new Store<Readonly<Record<string, Reading>>>({});
export const lines = new Store<Readonly<Record<string, Line>>>({});
export const curves = new Store<Readonly<Record<string, Curve>>>({});
export const meters = new Store<readonly Meter[] | null>(null);
/** How far the clock of the service is ahead of the browser's, in ms. */
const clockAheadMs = new Store(0);

const SILENCE_MS = 15_000;
const HIDDEN_MS = 60_000;
const LOOK_MS = 10_000;
const METERS_MS = 60_000;
const place = new Place();
let stream: EventSource | null = null;
let attempt = 0;
let timer = 0;
let watch = 0;
let hiding = 0;
let lookedAt = 0;

/** Milliseconds since 1970 by the clock of the service. */
export function nowMs(): number {
  return Date.now() + clockAheadMs.value;
}

/** How long ago this reading came, in seconds; of none, for ever. */
export function ageS(reading: Reading | undefined): number {
  return reading ? (nowMs() - Date.parse(reading.received_at)) / 1000 : Number.POSITIVE_INFINITY;
}

/** Begin, and go on for as long as the page is open. */
export function startLive(): void {
  document.addEventListener("visibilitychange", onVisibility);
  window.addEventListener("online", () => connect());
  window.setInterval(() => stream && !document.hidden && lookAtMeters(), METERS_MS);
  connect();
}

/** Connect anew: after log-in, or when the person asks for it. */
export function connect(): void {
  window.clearTimeout(timer);
  closeStream();
  void load().then(openStream, onFault);
}

async function load(): Promise<void> {
  const told = await Promise.all([get<Session>("session"), get<Latest>("latest").catch(isRefused)]);
  session.set(told[0]);
  if (!told[0].authenticated) throw new ApiError(401, "unauthorized", { en: "", fr: "" }, null);
  const latest = told[1] ?? (await get<Latest>("latest"));
  setClock(latest.now);
  place.restart(latest.seq);
  readings.set(Object.fromEntries(latest.readings.map((reading) => [reading.who, reading])));
  lines.set(Object.fromEntries(latest.lines.map((line) => [line.name, line])));
  await Promise.all([
    loadMeters(),
    ...latest.readings.map((reading) => loadCurve(reading.who).catch(() => undefined)),
  ]);
}

function isRefused(fault: unknown): null {
  if (fault instanceof ApiError && fault.status === 401) return null;
  throw fault;
}

async function loadMeters(): Promise<void> {
  meters.set((await get<{ meters: Meter[] }>("meters")).meters);
}

async function loadCurve(who: string): Promise<void> {
  const before = curveOf(await get<Recent>("recent", { who, seconds: KEPT_S }));
  curves.update((all) => ({ ...all, [who]: joinCurves(before, all[who] ?? emptyCurve()) }));
}

function openStream(): void {
  closeStream();
  const source = new EventSource(address("stream", { after: place.seq }));
  stream = source;
  const on = <T>(name: string, take: (data: T) => void) =>
    source.addEventListener(name, (event) => {
      if (stream !== source) return;
      sign();
      take(JSON.parse((event as MessageEvent<string>).data) as T);
    });
  on<{ now: string; version: string }>("hello", (hello) => {
    if (isOutdated(hello.version)) return location.reload(); // telewatt was upgraded
    attempt = 0;
    setClock(hello.now);
    connection.set("live");
  });
  on<{ now: string }>("ping", (ping) => setClock(ping.now));
  on<Reading>("reading", takeReading);
  on<Line>("line", (line) => lines.update((all) => ({ ...all, [line.name]: line })));
  on("gap", () => connect());
  source.addEventListener("error", () => {
    if (stream === source) onFault(null);
  });
  sign();
}

let version: string | null = null;

/** Whether the page is of another version than the service. */
function isOutdated(told: string): boolean {
  version ??= told;
  return version !== told;
}

function takeReading(reading: Reading): void {
  if (!place.take(reading.seq)) return;
  const { who } = reading;
  readings.update((all) => ({ ...all, [who]: reading }));
  curves.update((all) => ({ ...all, [who]: addReading(all[who] ?? emptyCurve(), reading) }));
  if (!isKnown(who) || reading.events.length) lookAtMeters();
}

/** Whether the newest answer of `meters` says what this meter is. */
function isKnown(who: string): boolean {
  const meter = meters.value?.find((each) => each.who === who);
  return meter?.contract != null;
}

/** Some meters never tell their contract: they are asked for at most every ten seconds. */
function lookAtMeters(): void {
  if (Date.now() - lookedAt < LOOK_MS) return;
  lookedAt = Date.now();
  void loadMeters().catch(() => undefined);
}

/** A sign of life came: the next one is due within `SILENCE_MS`. */
function sign(): void {
  window.clearTimeout(watch);
  watch = window.setTimeout(() => onFault(null), SILENCE_MS);
}

function onFault(fault: unknown): void {
  closeStream();
  if (fault instanceof ApiError && fault.status === 401) {
    connection.set("connecting");
    return; // the log-in page connects
  }
  connection.set("lost");
  window.clearTimeout(timer);
  timer = window.setTimeout(connect, pauseMs(attempt++));
}

function closeStream(): void {
  stream?.close();
  stream = null;
  window.clearTimeout(watch);
}

/** A page that nobody sees for a minute holds no connection: browsers allow few to one host. */
function onVisibility(): void {
  window.clearTimeout(hiding);
  if (document.hidden) {
    hiding = window.setTimeout(() => {
      closeStream();
      connection.set("connecting");
    }, HIDDEN_MS);
  } else if (!stream && session.value?.authenticated !== false) connect();
}

function setClock(now: string): void {
  const ahead = Date.parse(now) - Date.now();
  if (Math.abs(ahead - clockAheadMs.value) > 500) clockAheadMs.set(ahead);
}
