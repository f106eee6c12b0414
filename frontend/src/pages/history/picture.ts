/** The charts as a picture: with their titles, their legends and the range. */

import { color } from "../../theme";

interface Plate {
  title: string;
  legend: { color: string; text: string }[];
  canvas: HTMLCanvasElement;
}

const PAD = 28;
const HEAD = 64;
const PLATE_HEAD = 54;

export async function makePicture(title: string, plates: readonly Plate[]): Promise<Blob | null> {
  const scale = window.devicePixelRatio || 1;
  const width = Math.max(...plates.map(({ canvas }) => canvas.width / scale)) + 2 * PAD;
  const heights = plates.map(({ canvas }) => canvas.height / scale + PLATE_HEAD);
  const height = HEAD + heights.reduce((sum, each) => sum + each, 0) + PAD;
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [Math.round(width * scale), Math.round(height * scale)];
  const ctx = sheet.getContext("2d");
  if (!ctx) return null;
  ctx.scale(scale, scale);
  ctx.fillStyle = color("surface");
  ctx.fillRect(0, 0, width, height);
  ctx.textBaseline = "middle";
  write(ctx, title, PAD, 36, `650 19px ${color("font")}`, color("ink"));
  const brand = `600 13px ${color("font")}`;
  ctx.textAlign = "right";
  write(ctx, "telewatt", width - PAD, 36, brand, color("ink-faint"));
  ctx.textAlign = "left";
  let top = HEAD;
  for (const [number, plate] of plates.entries()) {
    drawPlate(ctx, plate, top, scale, width);
    top += heights[number] ?? 0;
  }
  return new Promise((resolve) => sheet.toBlob(resolve, "image/png"));
}

function drawPlate(
  ctx: CanvasRenderingContext2D,
  plate: Plate,
  top: number,
  scale: number,
  width: number,
): void {
  write(ctx, plate.title, PAD, top + 12, `600 14px ${color("font")}`, color("ink"));
  let x = PAD;
  const font = `500 12px ${color("font")}`;
  for (const { color: paint, text } of plate.legend) {
    ctx.font = font;
    const wide = ctx.measureText(text).width + 34;
    if (x + wide > width - PAD) break;
    if (paint) {
      ctx.fillStyle = paint;
      ctx.fillRect(x, top + 30, 10, 10);
    }
    write(ctx, text, x + (paint ? 16 : 0), top + 35.5, font, color("ink-soft"));
    x += wide;
  }
  const { canvas } = plate;
  ctx.drawImage(canvas, PAD, top + PLATE_HEAD - 6, canvas.width / scale, canvas.height / scale);
}

function write(
  ctx: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  font: string,
  paint: string,
): void {
  ctx.font = font;
  ctx.fillStyle = paint;
  ctx.fillText(text, x, y);
}

export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
