/** The place in the stream of readings: nothing is missed, nothing is taken twice. */

export class Place {
  private last: number | null = null;

  /** The number of the last reading taken; `null` before the first. */
  get seq(): number | null {
    return this.last;
  }

  /** Go on after this number: what the answer of `latest` said. A new journal may begin lower. */
  restart(seq: number): void {
    this.last = seq;
  }

  /** Whether a reading of this number is new; it is taken then. */
  take(seq: number): boolean {
    if (this.last !== null && seq <= this.last) return false;
    this.last = seq;
    return true;
  }
}

/** How long to wait before the next attempt: soon at first, then every few seconds. */
export function pauseMs(attempt: number): number {
  return Math.min(5000, 500 * 2 ** Math.min(attempt, 10));
}
