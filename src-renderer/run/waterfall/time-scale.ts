/** Pixels ↔ milliseconds. Collapsed gaps take a fixed width, the rest of the time shares what is left. */
export interface TimeScale {
  readonly startMs: number;
  readonly endMs: number;
  readonly widthPx: number;
  readonly bands: readonly Band[];
  toX(ms: number): number;
  toMs(x: number): number;
}

/** A collapsed gap as it is drawn. */
export interface Band {
  readonly x: number;
  readonly widthPx: number;
  readonly startMs: number;
  readonly endMs: number;
}

export const bandWidthPx = 28;

interface Piece {
  readonly startMs: number;
  readonly endMs: number;
  readonly x: number;
  readonly widthPx: number;
  readonly isBand: boolean;
}

export function makeTimeScale(options: {
  readonly startMs: number;
  readonly endMs: number;
  readonly widthPx: number;
  readonly collapsed: readonly { readonly startMs: number; readonly endMs: number }[];
}): TimeScale {
  const startMs = options.startMs;
  const endMs = Math.max(options.endMs, startMs + 1);
  const pieces = makePieces({ ...options, endMs });
  return {
    startMs,
    endMs,
    widthPx: options.widthPx,
    bands: pieces.filter((piece) => piece.isBand),
    toX: (ms) => {
      const piece = findPiece(pieces, (one) => ms <= one.endMs);
      const share = (ms - piece.startMs) / (piece.endMs - piece.startMs);
      return piece.x + share * piece.widthPx;
    },
    toMs: (x) => {
      const piece = findPiece(pieces, (one) => x <= one.x + one.widthPx);
      if (piece.widthPx === 0) return piece.startMs;
      const share = (x - piece.x) / piece.widthPx;
      return piece.startMs + share * (piece.endMs - piece.startMs);
    },
  };
}

function makePieces(options: Parameters<typeof makeTimeScale>[0]): readonly Piece[] {
  const gaps = mergeGaps(options);
  const gapMs = gaps.reduce((sum, gap) => sum + gap.endMs - gap.startMs, 0);
  const activeMs = Math.max(options.endMs - options.startMs - gapMs, 0);
  const bandPx = Math.min(bandWidthPx, options.widthPx / (gaps.length * 2 || 1));
  const activePx = Math.max(options.widthPx - gaps.length * bandPx, 0);
  const pieces: Piece[] = [];
  let atMs = options.startMs;
  let x = 0;
  const addActive = (endMs: number): void => {
    if (endMs <= atMs) return;
    const widthPx = activeMs === 0 ? 0 : ((endMs - atMs) / activeMs) * activePx;
    pieces.push({ startMs: atMs, endMs, x, widthPx, isBand: false });
    x += widthPx;
    atMs = endMs;
  };
  for (const gap of gaps) {
    addActive(gap.startMs);
    pieces.push({ ...gap, x, widthPx: bandPx, isBand: true });
    x += bandPx;
    atMs = gap.endMs;
  }
  addActive(options.endMs);
  return pieces;
}

/** In order, inside the scale, without overlaps. */
function mergeGaps(options: Parameters<typeof makeTimeScale>[0]) {
  const merged: { startMs: number; endMs: number }[] = [];
  for (const gap of options.collapsed.toSorted((a, b) => a.startMs - b.startMs)) {
    const startMs = Math.max(gap.startMs, options.startMs);
    const endMs = Math.min(gap.endMs, options.endMs);
    const last = merged.at(-1);
    if (endMs <= startMs) continue;
    if (last !== undefined && startMs < last.endMs) last.endMs = Math.max(last.endMs, endMs);
    else merged.push({ startMs, endMs });
  }
  return merged;
}

/** The first piece that `reaches`, or the last: beyond both ends the outermost piece goes on. */
function findPiece(pieces: readonly Piece[], reaches: (piece: Piece) => boolean): Piece {
  const found = pieces.find(reaches) ?? pieces.at(-1);
  if (found === undefined) throw new RangeError("A time scale has at least one piece.");
  return found;
}
