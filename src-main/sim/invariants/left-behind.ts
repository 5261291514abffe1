import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { holders } from '@shared/state/tables';
import { heldPages, holdWord, keeperName } from '@shared/trace/names';
import { outlookOfHold } from '@shared/trace/release-outlook';
import type { RunDescription } from '@shared/trace/run-description';
import { showPages } from '@shared/units/show';
import type { Finding } from './invariant';

/** So many things are named, the rest is counted. */
const NAMED_MAX = 6;

/** What a run leaves, as one finding: each thing a line or more, none if it leaves nothing. */
export function leftBehind(things: readonly (readonly string[])[]): readonly Finding[] {
  if (things.length === 0) return [];
  const named = things.slice(0, NAMED_MAX).flatMap(lines => lines.map((line, at) => (at === 0 ? `left behind: ${line}` : line)));
  return [{ chain: things.length > NAMED_MAX ? [...named, `and ${things.length - NAMED_MAX} more`] : named }];
}

/** Who still holds pages in one of these ways: "MR m1 holds 4 pages: long-term pin on F:0+4", and what would end it. */
export function heldBy(run: RunDescription, ways: readonly string[]): readonly (readonly string[])[] {
  const byKeeper = new Map<string, Row[]>();
  for (const holder of holders.$.rows(arena)) {
    if (!ways.includes(holders.how.nameIn(arena, holder)) || holders.pageCount.get(holder) === 0) continue;
    const name = keeperName(arena, run, holder);
    byKeeper.set(name, [...byKeeper.get(name) ?? [], holder]);
  }
  return [...byKeeper].map(([name, [first, ...others]]) => {
    const pages = [first, ...others].reduce((sum, holder) => sum + holders.pageCount.get(holder), 0);
    const where = `${holdWord(holders.how.nameIn(arena, first))} on ${heldPages(arena, run, first)}${others.length === 0 ? '' : ', …'}`;
    return [`${name} holds ${showPages(pages)}: ${where}`, outlookOfHold(arena, run, first).text];
  });
}
