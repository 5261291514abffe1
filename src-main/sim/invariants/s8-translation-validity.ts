import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { runsIn } from '@shared/state/page-runs';
import { dmabufs, regions } from '@shared/state/rdma-tables';
import { holders, processes } from '@shared/state/tables';
import { nameOfRow } from '@shared/trace/names';
import { showPfn } from '@shared/units/show';
import type { StateInvariant } from './invariant';

const ZERO_PAGE = regions.nicEntry.valueOf('zero page');
const WRITE = regions.nicEntry.valueOf('write');
const PTE = { read: processes.pte.valueOf('read'), write: processes.pte.valueOf('write'), zero: processes.pte.valueOf('zero page') } as const;

/** Holds of a registration, as ranges of frames. */
const pinsOf = (mr: Row): readonly (readonly [first: number, end: number])[] => holders.$.rows(arena)
  .filter(holder => holders.keeper.get(holder) === mr && holders.how.get(holder) !== 0)
  .map(holder => [holders.pfnFirst.get(holder), holders.pfnFirst.get(holder) + holders.pageCount.get(holder)] as const);

/** First frame of [first, end) that no pin covers; -1 if there is none. */
function uncovered(pins: ReturnType<typeof pinsOf>, first: number, end: number): number {
  let at = first;
  while (at < end) {
    const pin = pins.find(([from, to]) => from <= at && at < to);
    if (pin === undefined) return at;
    [, at] = pin;
  }
  return -1;
}

/** A frame that the NIC reaches though nothing keeps it there, and what is missing. */
interface Stray {
  readonly what: string;
  readonly lacks: string;
}

const frameText = (pfn: number): string => `frame ${showPfn(pfn)}`;

function strayFrame(mr: Row): Stray | null {
  switch (regions.kind.nameIn(arena, mr)) {
    case 'pinned': return strayPinned(mr);
    case 'odp': return strayOnDemand(mr);
    default: return strayImported(mr);
  }
}

function strayPinned(mr: Row): Stray | null {
  const pins = pinsOf(mr);
  const pfn = runsOf(mr).map(run => uncovered(pins, run.pfn, run.pfn + run.count)).find(found => found >= 0) ?? -1;
  return pfn < 0 ? null : { what: frameText(pfn), lacks: 'the registration has no pin on it any more' };
}

/** The exporter says where the buffer is, and whether it is still there for others. */
function strayImported(mr: Row): Stray | null {
  const [run] = runsOf(mr);
  if (run === undefined) return null;
  const buffer = regions.dmabuf.get(mr);
  if (dmabufs.state.nameIn(arena, buffer) !== 'exported') return { what: frameText(run.pfn), lacks: 'its exporter has taken the buffer back' };
  return run.pfn === dmabufs.pfnFirst.get(buffer) + regions.vpnFirst.get(mr) + run.page ? null : { what: frameText(run.pfn), lacks: 'its exporter has moved the buffer elsewhere' };
}

/** The NIC may do what the page-table entry allows, to the frame that the entry names: who changes one tells the NIC first. */
function strayOnDemand(mr: Row): Stray | null {
  const process = regions.process.get(mr);
  for (const { page, pfn, count, entry } of translationsOf(mr)) {
    const vpn = regions.vpnFirst.get(mr) + page;
    const allowed: readonly number[] = entry === ZERO_PAGE ? [PTE.zero] : entry === WRITE ? [PTE.write] : [PTE.write, PTE.read];
    const stray = processes.pte.find(process, vpn, vpn + count, pte => !allowed.includes(pte));
    if (stray >= 0) return { what: entry === ZERO_PAGE ? 'the zero page' : frameText(pfn + stray - vpn), lacks: 'the page table of the process does not allow that any more' };
    if (entry !== ZERO_PAGE && processes.pfnDelta.find(process, vpn, vpn + count, delta => delta !== pfn - vpn) >= 0) return { what: frameText(pfn), lacks: 'the page table of the process names another frame' };
  }
  return null;
}

/** Frames side by side that the NIC translates pages of a registration to. */
interface TranslatedRun {
  readonly page: number;
  readonly pfn: number;
  readonly count: number;
  readonly entry: number;
}

function translationsOf(mr: Row): readonly TranslatedRun[] {
  return [...runsIn(arena, mr, regions.nicEntry.field)].flatMap(({ first, count, value }) => {
    const parts: TranslatedRun[] = [];
    for (let page = first, end = first; page < first + count; page = end) {
      end = Math.min(first + count, regions.nicDelta.runEnd(mr, page));
      parts.push({ page, pfn: page + regions.nicDelta.at(mr, page), count: end - page, entry: value });
    }
    return parts;
  });
}

/** The zero page is nobody’s. */
const runsOf = (mr: Row): readonly TranslatedRun[] => translationsOf(mr).filter(({ entry }) => entry !== ZERO_PAGE);

export const s8TranslationValidity: StateInvariant = {
  kind: 'state',
  id: 'S8',
  class: 'safety',
  sentence: 'A NIC translates a page of a registration only while its pin, its notifier or its exporter keeps the page there.',
  source: source('drivers/infiniband/core/umem.c __ib_umem_release(), umem_odp.c ib_umem_odp_unmap_dma_pages() (6.19); spec 6.5, 10.1 S8', 'V', 'D'),
  watches: [regions.nicEntry, holders.how, holders.pageCount, processes.pte, processes.pfnDelta, dmabufs.state, dmabufs.pfnFirst],
  broken({ run }) {
    for (const mr of regions.$.rows(arena)) {
      const stray = strayFrame(mr);
      if (stray !== null) return { chain: [`the NIC translates a page of ${nameOfRow(arena, run, mr)} to ${stray.what}`, stray.lacks, 'whatever the NIC writes goes to whoever gets the frame next'] };
    }
    return null;
  },
};
