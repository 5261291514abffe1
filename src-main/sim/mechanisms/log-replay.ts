import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { OWNER_FREE } from '@shared/state/owner';
import { files, filesystems, hosts } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { every } from '../engine/place';
import { KIND } from './allocate-blocks';
import { shareBlocks } from './block-sharing';
import { CONTENT_TERMS, makeStale } from './contents';
import { MOUNT } from './dax-flag';
import { loadByFlag, LOAD_READS, LOAD_TERMS } from './inode-cache';
import { DURABLE_READS, DURABLE_TERMS, makeDurable, replayFile } from './metadata-log';
import { forEachBlockRun } from './remove-blocks';

/** What {@link replayFilesystem} reads and writes. */
export const REPLAY_READS = [...LOAD_READS, ...DURABLE_READS, ...every(files.durableSize, files.gone, files.dax)];
export const REPLAY_TERMS = [...LOAD_TERMS, ...CONTENT_TERMS, ...DURABLE_TERMS, ...every(files.size, files.links, files.mode, files.xflag, files.gone, hosts.owner, hosts.ownerDelta, hosts.sharers, filesystems.freeBlocks)];

const END = 2 ** 30;

/** A file without a name whose last user went with the power: the list of unlinked inodes has it, and its blocks are freed. */
function dropUnlinked(file: Row): void {
  for (const field of [files.kind, files.blockDelta, files.medium]) field.assign(file, 0, END, 0);
  files.size.set(file, 0);
  makeDurable(file);
}

/** Blocks belong to whom the log says; all others are free, busy lists being in memory alone (spec 4.6). */
function recountBlocks(fs: Row): void {
  if (filesystems.mount.get(fs) === MOUNT.none) return;
  const blocks = filesystems.blockCount.get(fs);
  const host = filesystems.host.get(fs);
  const first = filesystems.firstPfn.get(fs);
  hosts.owner.assign(host, first, blocks, OWNER_FREE);
  hosts.ownerDelta.assign(host, first, blocks, 0);
  if (hosts.sharers.find(host, first, first + blocks, sharers => sharers > 0) >= 0) hosts.sharers.assign(host, first, blocks, 0);
  let owned = 0;
  for (const file of files.$.rows(arena)) {
    if (files.fs.get(file) !== fs || files.dax.get(file) === 0) continue;
    forEachBlockRun(file, 0, END, (index, pfn, pages) => {
      owned += referTo(host, files.nth.get(file), index, pfn, pages);
      // Whatever was stored there is not the file's: its conversion to written is lost.
      if (files.kind.at(file, index) === KIND.unwritten) makeStale(host, pfn, pages);
    });
  }
  filesystems.freeBlocks.set(fs, blocks - owned);
}

/** One more page of a file refers to each of these blocks: the first owns it, the others share it. Answers how many had no owner. */
function referTo(host: Row, nth: number, index: number, pfn: number, pages: number): number {
  let owned = 0;
  for (let at = pfn; at < pfn + pages;) {
    const next = Math.min(pfn + pages, hosts.owner.runEnd(host, at));
    if (hosts.owner.at(host, at) === OWNER_FREE) {
      hosts.owner.assign(host, at, next - at, nth);
      hosts.ownerDelta.assign(host, at, next - at, index - pfn);
      owned += next - at;
    } else shareBlocks(host, at, next - at);
    at = next;
  }
  return owned;
}

function blocksOf(file: Row): number {
  let blocks = 0;
  for (let index = 0; index < END;) {
    const next = Math.min(END, files.kind.runEnd(file, index));
    if (files.kind.at(file, index) !== 0) blocks += next - index;
    index = next;
  }
  return blocks;
}

/** Mounting after a power failure: files are what the log has of them. */
export function replayFilesystem(fs: Row): void {
  const all = files.$.rows(arena).filter(file => files.fs.get(file) === fs);
  for (const file of all) {
    const existed = files.durableLinks.get(file) > 0;
    replayFile(file);
    files.gone.set(file, existed ? 0 : 1);
    if (!existed) dropUnlinked(file);
  }
  recountBlocks(fs);
  for (const file of all) {
    loadByFlag(file);
    if (files.gone.get(file) === 0) emit('file-replayed', file, Math.ceil(files.size.get(file) / PAGE_BYTES), blocksOf(file));
  }
  emit('log-replayed', fs);
}
