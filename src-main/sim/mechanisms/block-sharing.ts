import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { runsIn } from '@shared/state/page-runs';
import { files, filesystems, hosts } from '@shared/state/tables';
import { every } from '../engine/place';

/** What looking for shared blocks reads, and what a change of who shares them reads and writes. */
export const SHARED_READS = every(hosts.sharers);
export const LET_GO_READS = every(files.kind, files.blockDelta, files.dax, hosts.owner, hosts.ownerDelta, hosts.sharers);
export const LET_GO_TERMS = every(hosts.owner, hosts.ownerDelta, hosts.sharers);

const WRITTEN = files.kind.valueOf('written');
const hostOf = (file: Row): Row => filesystems.host.get(files.fs.get(file));

/** First page of [first, end) whose block another file page refers to as well; −1 if there is none. Only written blocks are ever shared. */
export function firstShared(file: Row, first: number, end: number): number {
  const host = hostOf(file);
  for (let index = first; index < end;) {
    const next = Math.min(end, files.kind.runEnd(file, index), files.blockDelta.runEnd(file, index));
    if (files.kind.at(file, index) === WRITTEN) {
      const delta = files.blockDelta.at(file, index);
      const shared = hosts.sharers.find(host, index + delta, next + delta, sharers => sharers > 0);
      if (shared >= 0) return shared - delta;
    }
    index = next;
  }
  return -1;
}

/** One more file page refers to each of these blocks (xfs_refcount_increase_extent()). */
export const shareBlocks = (host: Row, pfn: number, pages: number): void => { hosts.sharers.add(host, pfn, pages, 1); };

/**
 * Pages of a file refer to their blocks no longer (xfs_refcount_decrease_extent()). What others refer to as well stays, theirs from now
 * on; `free` gets the runs that nobody else has. The extents of the file are to be as they were before.
 */
export function letGo(file: Row, index: number, pfn: number, pages: number, free: (index: number, pfn: number, pages: number) => void): void {
  const host = hostOf(file);
  for (let at = pfn; at < pfn + pages;) {
    const next = Math.min(pfn + pages, hosts.sharers.runEnd(host, at));
    if (hosts.sharers.at(host, at) === 0) free(index + at - pfn, at, next - at);
    else {
      hosts.sharers.add(host, at, next - at, -1);
      handOver(file, index - pfn, at, next);
    }
    at = next;
  }
}

/** Blocks [pfn, end) that count as those of a file, as its pages pfn + delta, become those of another page that refers to them. */
function handOver(file: Row, delta: number, pfn: number, end: number): void {
  const host = hostOf(file);
  const nth = files.nth.get(file);
  for (const heir of files.$.rows(arena)) {
    if (files.fs.get(heir) !== files.fs.get(file) || files.dax.get(heir) === 0) continue;
    forEachBlock(heir, pfn, end, (first, count, heirDelta) => {
      if (heir === file && heirDelta === delta) return;
      for (let at = first; at < first + count;) {
        const next = Math.min(first + count, hosts.owner.runEnd(host, at), hosts.ownerDelta.runEnd(host, at));
        if (hosts.owner.at(host, at) === nth && hosts.ownerDelta.at(host, at) === delta) {
          hosts.owner.assign(host, at, next - at, files.nth.get(heir));
          hosts.ownerDelta.assign(host, at, next - at, heirDelta);
        }
        at = next;
      }
    });
  }
}

/** Calls `visit` for the blocks of [pfn, end) that a file refers to; `delta` is its page minus the pfn. */
function forEachBlock(file: Row, pfn: number, end: number, visit: (first: number, count: number, delta: number) => void): void {
  for (const run of runsIn(arena, file, files.kind.field)) {
    for (let index = run.first; index < run.first + run.count;) {
      const next = Math.min(run.first + run.count, files.blockDelta.runEnd(file, index));
      const delta = files.blockDelta.at(file, index);
      const [first, last] = [Math.max(pfn, index + delta), Math.min(end, next + delta)];
      if (first < last) visit(first, last - first, -delta);
      index = next;
    }
  }
}

/** Blocks that count as those of a file move by some pages within it. Where they count as another's, who shares them, nothing is to be said. */
export function moveOwner(host: Row, nth: number, index: number, pfn: number, pages: number, by: number): void {
  for (let at = pfn; at < pfn + pages;) {
    const next = Math.min(pfn + pages, hosts.owner.runEnd(host, at), hosts.ownerDelta.runEnd(host, at));
    if (hosts.owner.at(host, at) === nth && hosts.ownerDelta.at(host, at) === index - pfn) hosts.ownerDelta.assign(host, at, next - at, index + by - pfn);
    at = next;
  }
}

/** A page that refers to a block. */
export interface BlockUser {
  readonly nth: number;
  readonly index: number;
}

/** A file page that refers to a block besides the one that it counts as; null if there is none. */
export function otherUser(host: Row, pfn: number): BlockUser | null {
  const [owner, ownerDelta] = [hosts.owner.at(host, pfn), hosts.ownerDelta.at(host, pfn)];
  let found: BlockUser | null = null;
  for (const file of files.$.rows(arena)) {
    if (files.dax.get(file) === 0) continue;
    const nth = files.nth.get(file);
    forEachBlock(file, pfn, pfn + 1, (_first, _count, delta) => { if (nth !== owner || delta !== ownerDelta) found ??= { nth, index: pfn + delta }; });
  }
  return found;
}
