/** Text that is markup already. Everything else that enters a template is escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = string | number | Markup | null | readonly Markup[];

/** Builds markup; whatever is put in as text or number is escaped, null is left out. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((literal, at) => literal + (at < parts.length ? rendered(parts[at] ?? null) : '')).join(''));
}

function rendered(part: Part): string {
  if (part === null) return '';
  if (part instanceof Markup) return part.text;
  return typeof part === 'string' || typeof part === 'number' ? escaped(String(part)) : part.map(({ text }) => text).join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Safe between tags and in quoted attributes; control characters, which no document may hold, are shown as boxes. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, found => ENTITIES[found] ?? found).replace(/[^\P{Cc}\t\n\r]/gu, '\u25af');

/** A coordinate, short and the same on every machine. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);
