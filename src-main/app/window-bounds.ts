export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const MIN_SIZE = { width: 1024, height: 700 };
export const FIRST_SIZE = { width: 1440, height: 900 };

/** Null when the text is not what {@link Bounds} looks like: the window then takes its first size. */
export function parseBounds(text: string): Bounds | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  return isBounds(value) ? value : null;
}

function isBounds(value: unknown): value is Bounds {
  if (typeof value !== 'object' || value === null) return false;
  const given = value as Readonly<Record<string, unknown>>;
  return ['x', 'y', 'width', 'height'].every((key) => Number.isInteger(given[key]));
}

/** Moves and shrinks `bounds` so that all of it lies on the work area it overlaps most; the first area if it overlaps none. */
export function clampToWorkArea(bounds: Bounds, workAreas: readonly Bounds[]): Bounds {
  const [first, ...others] = workAreas;
  if (first === undefined) return bounds;
  const area = others.reduce((best, other) => (overlap(bounds, other) > overlap(bounds, best) ? other : best), first);
  const width = Math.min(Math.max(bounds.width, MIN_SIZE.width), area.width);
  const height = Math.min(Math.max(bounds.height, MIN_SIZE.height), area.height);
  return {
    x: Math.min(Math.max(bounds.x, area.x), area.x + area.width - width),
    y: Math.min(Math.max(bounds.y, area.y), area.y + area.height - height),
    width,
    height,
  };
}

function overlap(a: Bounds, b: Bounds): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}
