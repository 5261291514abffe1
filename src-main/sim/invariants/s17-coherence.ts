import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { fragments } from '@shared/state/content-tables';
import type { Row } from '@shared/state/dictionary';
import { runsIn } from '@shared/state/page-runs';
import { regions } from '@shared/state/rdma-tables';
import { files, holders, hosts } from '@shared/state/tables';
import { contentText } from '@shared/trace/content';
import { fileName, nameOfRow } from '@shared/trace/names';
import { showPfn } from '@shared/units/show';
import type { StateInvariant } from './invariant';

const CACHED = hosts.use.valueOf('page cache');

/** A frame that a registration reaches and that once was a page of a file. */
interface Orphan {
  readonly mr: Row;
  readonly pfn: number;
  readonly file: Row;
  readonly index: number;
}

/** Ends of the runs in which an orphan, and the page that the file has in its place, are alike. */
function alikeEnd(host: Row, { pfn, file, index }: Orphan): number {
  const ofFrame = [hosts.content, hosts.orphanDelta, hosts.use, hosts.mapping].map(field => field.runEnd(host, pfn) - pfn);
  const ofFile = [files.cached, files.cacheDelta, files.medium].map(field => field.runEnd(file, index) - index);
  const now = index + files.cacheDelta.at(file, index);
  return pfn + Math.min(...ofFrame, ...ofFile, ...(files.cached.at(file, index) === 1 ? [hosts.content.runEnd(host, now) - now] : []));
}

/** Parts of a frame that were written apart from the rest. */
const partsOf = (pfn: number): string => fragments.$.rows(arena)
  .filter(part => fragments.endByte.get(part) > 0 && fragments.pfnFirst.get(part) <= pfn && pfn < fragments.pfnFirst.get(part) + fragments.pageCount.get(part))
  .map(part => `${fragments.firstByte.get(part)}-${fragments.endByte.get(part)}: ${fragments.tag.get(part)}`).sort().join(', ');

/** Content of the page that the file has there now: that of its cached frame, else that of its medium. */
function fileContent(host: Row, { file, index }: Orphan): { readonly tag: number; readonly parts: string } {
  if (files.cached.at(file, index) === 0) return { tag: files.medium.at(file, index), parts: '' };
  const pfn = index + files.cacheDelta.at(file, index);
  return { tag: hosts.content.at(host, pfn), parts: partsOf(pfn) };
}

function isIncoherent(host: Row, orphan: Orphan): boolean {
  const { pfn } = orphan;
  if (hosts.use.at(host, pfn) !== CACHED || hosts.mapping.at(host, pfn) !== 0) return false;
  const { tag, parts } = fileContent(host, orphan);
  return tag !== hosts.content.at(host, pfn) || parts !== partsOf(pfn);
}

/** First orphan of [first, end), frames of a registration, whose file has something else by now; null if there is none. */
function incoherentIn(host: Row, mr: Row, first: number, end: number): Orphan | null {
  for (let pfn = first; pfn < end;) {
    const nth = hosts.orphanOf.at(host, pfn);
    if (nth === 0) {
      pfn = hosts.orphanOf.runEnd(host, pfn);
      continue;
    }
    const orphan = { mr, pfn, file: files.$.row(nth), index: pfn + hosts.orphanDelta.at(host, pfn) };
    if (isIncoherent(host, orphan)) return orphan;
    pfn = fragments.$.rows(arena).length > 0 ? pfn + 1 : alikeEnd(host, orphan);
  }
  return null;
}

export const s17Coherence: StateInvariant = {
  kind: 'state',
  id: 'S17',
  class: 'notice',
  word: 'incoherent',
  sentence: 'A file has the content that is seen through a registration of its pages.',
  source: source('spec 10.1 S17, 4.9; mm/filemap.c __filemap_remove_folio() (6.19); "the horse already left the barn" in the thread of 8 Feb 2019', 'V', 'S'),
  watches: [hosts.orphanOf, hosts.content, fragments.tag, files.cached, files.medium],
  broken({ run, host }) {
    if (runsIn(arena, host, hosts.orphanOf.field).next().done === true) return null;
    for (const mr of regions.$.rows(arena)) {
      for (const hold of holders.$.rows(arena).filter(holder => holders.keeper.get(holder) === mr && holders.how.get(holder) !== 0)) {
        const first = holders.pfnFirst.get(hold);
        const orphan = incoherentIn(host, mr, first, first + holders.pageCount.get(hold));
        if (orphan === null) continue;
        const page = `${fileName(run, orphan.file)}:${orphan.index}`;
        return {
          chain: [
            `${nameOfRow(arena, run, mr)} has frame ${showPfn(orphan.pfn)}, which was ${page} until it was taken out of the page cache`,
            `it holds ${contentText(run, hosts.content.at(host, orphan.pfn))}; ${page} holds ${contentText(run, fileContent(host, orphan).tag)}`,
            'the NIC and the file never see each other’s writes again; no other file is touched',
          ],
        };
      }
    }
    return null;
  },
};
