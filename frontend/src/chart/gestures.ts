/** Wheel, drag, pinch and swipe on a chart: they change the range at once. */

import type { Store } from "../store";
import { type Range, zoomed } from "../time/spans";

/** What the page does with movements. */
export interface Moves {
  /** The range has changed; more may follow. */
  to: (range: Range) => void;
  /** Look closer at this instant. */
  into: (at: number) => void;
  key: (event: KeyboardEvent) => void;
}

const SCROLL_PAUSE_MS = 350;
let scrolledAt = 0;
window.addEventListener(
  "wheel",
  (event) => {
    // a scroll of the page that begins outside a chart goes on over it
    const inside = event.target instanceof Element && event.target.closest(".chart");
    if (!inside || event.timeStamp - scrolledAt < SCROLL_PAUSE_MS) scrolledAt = event.timeStamp;
  },
  { passive: true, capture: true },
);

export function watchGestures(
  over: HTMLElement,
  host: HTMLElement,
  range: Store<Range>,
  moves: () => Moves,
): () => void {
  const pointers = new Map<number, number>();
  const box = () => over.getBoundingClientRect();
  const instant = (x: number) => {
    const { left, width } = box();
    const { start, end } = range.value;
    return start + ((x - left) / width) * (end - start);
  };
  const pan = (pixels: number) => {
    const { start, end } = range.value;
    const by = (pixels / box().width) * (end - start);
    moves().to({ start: start - by, end: end - by });
  };

  const onWheel = (event: WheelEvent) => {
    if (event.timeStamp - scrolledAt < SCROLL_PAUSE_MS && !event.ctrlKey) return;
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
      pan(-(event.deltaX || event.deltaY));
      return;
    }
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 20 : event.deltaY;
    const factor = Math.exp(Math.max(-120, Math.min(120, lines)) * 0.0022);
    moves().to(zoomed(range.value, factor, instant(event.clientX)));
  };

  const onDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, event.clientX);
    if (event.pointerType !== "touch") over.setPointerCapture(event.pointerId);
    host.classList.add("moving");
  };

  const onMove = (event: PointerEvent) => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) return;
    const x = event.clientX;
    if (pointers.size === 1) {
      if (x !== before) pan(x - before);
    } else {
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId);
      const fixed = other?.[1] ?? before;
      const factor = Math.abs(before - fixed) / Math.max(8, Math.abs(x - fixed));
      moves().to(zoomed(range.value, factor, instant((x + fixed) / 2)));
    }
    pointers.set(event.pointerId, x);
  };

  const onUp = (event: PointerEvent) => {
    pointers.delete(event.pointerId);
    if (!pointers.size) host.classList.remove("moving");
  };

  const onTwice = (event: MouseEvent) => moves().into(instant(event.clientX));

  over.addEventListener("wheel", onWheel, { passive: false });
  over.addEventListener("pointerdown", onDown);
  over.addEventListener("pointermove", onMove);
  over.addEventListener("pointerup", onUp);
  over.addEventListener("pointercancel", onUp);
  over.addEventListener("dblclick", onTwice);
  return () => {
    over.removeEventListener("wheel", onWheel);
    over.removeEventListener("pointerdown", onDown);
    over.removeEventListener("pointermove", onMove);
    over.removeEventListener("pointerup", onUp);
    over.removeEventListener("pointercancel", onUp);
    over.removeEventListener("dblclick", onTwice);
  };
}
