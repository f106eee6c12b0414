/** What the parts of the page "History" share. */

import type { Meter } from "../../api/types";
import type { Moves } from "../../chart/gestures";
import type { Store } from "../../store";
import type { Range } from "../../time/spans";
import type { Panel, Shift } from "./view";

/** Another period, or another meter. */
export interface Comparison {
  key: string;
  name: string;
  /** `null`: the same one. */
  meter: Meter | null;
  shift: Shift;
  /** From the range that is seen to the other one. */
  there: (range: Range) => Range;
  /** From the other period to the one that is seen. */
  back: Shift;
}

export interface PanelProps {
  meter: Meter;
  range: Store<Range>;
  hover: Store<number | null>;
  comparison: Comparison | null;
  moves: Moves;
  marks: readonly number[];
  onCanvas: (panel: Panel, canvas: HTMLCanvasElement | null) => void;
}
