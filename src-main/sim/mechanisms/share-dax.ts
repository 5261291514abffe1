import { ERRNO } from '@shared/domain/errno';
import type { Row } from '@shared/state/dictionary';
import { files, filesystems, hosts, operations } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { assume } from '../engine/assume';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import type { TruncateVsDma } from '../policies/policy';
import { KIND } from './allocate-blocks';
import { shareBlocks } from './block-sharing';
import { ALL_PAGES } from './change-watched-file';
import { CONTENT_TERMS, flushPages } from './contents';
import { ENTRY, TAG } from './dax-mapping';
import { layoutBreak } from './layout-break';
import { busyRefs } from './folio-counts';
import { firstLongtermFrame } from './lease-records';
import { LOG_CHANGE_TERMS, logChange } from './metadata-log';
import { BUSY_READS, firstBusyIndex, forEachBlockRun, removeBlocks } from './remove-blocks';
import { unmapStep, WHOLE_FILE } from './unmap-step';

/** Locks are taken in the order of inode numbers: `low`, then `high`. */
const T = frame('from', 'to', 'first', 'pages', 'toFirst', 'op', 'low', 'high', 'isBroken', 'pfn', 'errno');

const lowIolock = at(files.iolock, T.low);
const highIolock = at(files.iolock, T.high);
const lowInvlock = at(files.invlock, T.low);
const highInvlock = at(files.invlock, T.high);
const ilock = at(files.ilock, T.to);
const END = Number.MAX_SAFE_INTEGER;

const breakLow = site(layoutBreak, T.low, 0, ALL_PAGES);
const clearTarget = site(removeBlocks, T.to, T.toFirst, T.pages, T.op);

const end = (): number => T.first.v + T.pages.v;
const hostOf = (file: Row): Row => filesystems.host.get(files.fs.get(file));
const variant = (): TruncateVsDma['onShare'] => kernel.policy.truncateVsDma.onShare;
const isAnyRef = (): boolean => kernel.policy.knobs.etxtbsyScope === 'any-ref';
const waits = (): boolean => variant() === 'wait' || variant() === 'wait-by-default' || (variant() === 'refuse' && !isAnyRef());

/** First frame of either file that a device holds; −1 if none. */
function heldFrame(): number {
  for (const file of [T.low.v, T.high.v]) {
    const busy = firstBusyIndex(file, 0, END);
    if (busy >= 0) return busy + files.blockDelta.at(file, busy);
  }
  return -1;
}

/** First frame of either file that the policy refuses for; −1 if none. Which holds count nobody said (knob etxtbsyScope). */
function refusingFrame(): number {
  if (variant() !== 'refuse') return -1;
  if (heldFrame() >= 0) assume();
  if (isAnyRef()) return heldFrame();
  return Math.max(firstLongtermFrame(T.low.v, 0, END), firstLongtermFrame(T.high.v, 0, END));
}

function isRefused(): boolean {
  const pfn = refusingFrame();
  if (pfn < 0) return false;
  T.errno.v = ERRNO.ETXTBSY;
  emit('layout-refused', T.from.v, pfn, ERRNO.ETXTBSY);
  return true;
}

/** Dirty pages of the source go to persistent memory: the target’s fsync will not know of them. */
function flushSource(): void {
  const host = hostOf(T.from.v);
  for (let index = T.first.v; index < end();) {
    const next = Math.min(end(), files.tag.runEnd(T.from.v, index), files.blockDelta.runEnd(T.from.v, index), files.entry.runEnd(T.from.v, index));
    if (files.tag.at(T.from.v, index) !== TAG.clean) {
      if (files.entry.at(T.from.v, index) === ENTRY.real) flushPages(host, index + files.blockDelta.at(T.from.v, index), next - index);
      files.tag.assign(T.from.v, index, next - index, TAG.clean);
    }
    index = next;
  }
}

/** Written blocks of the source are the target’s too; where it has none, or unwritten ones, the target has a hole (xfs_reflink_remap_extent()). */
function share(): void {
  const host = hostOf(T.from.v);
  const by = T.toFirst.v - T.first.v;
  forEachBlockRun(T.from.v, T.first.v, end(), (index, pfn, pages) => {
    if (files.kind.at(T.from.v, index) !== KIND.written) return;
    shareBlocks(host, pfn, pages);
    files.kind.assign(T.to.v, index + by, pages, KIND.written);
    files.blockDelta.assign(T.to.v, index + by, pages, pfn - index - by);
    emit('blocks-shared', T.to.v, index + by, pfn, pages);
  });
  const bytes = T.toFirst.v * PAGE_BYTES + Math.min(files.size.get(T.from.v), end() * PAGE_BYTES) - T.first.v * PAGE_BYTES;
  if (bytes > files.size.get(T.to.v)) {
    files.size.set(T.to.v, bytes);
    emit('size-changed', T.to.v, Math.ceil(bytes / PAGE_BYTES));
  }
  logChange(T.to.v);
}

/**
 * The two-inode part of a reflink of DAX files. Both layouts are broken first: on the inode with the lower number it may sleep, the
 * other is only tested, and if a page of it is held both are given up and all begins again: a spin that no signal ends. Model: the
 * rounds in which nothing has changed are left out. What proposals would do about held pages nobody said; where they wait it is assumed.
 */
export const shareDax = mechanism({
  name: 'share-dax',
  source: 'spec 4.5 two-inode operations, 4.10; fs/xfs/xfs_inode.c xfs_ilock2_io_mmap(), xfs_mmaplock_two_inodes_and_break_dax_layout(), fs/xfs/xfs_reflink.c xfs_reflink_remap_blocks() (6.1, 6.19)',
  frame: T,
  order: 'RF1 RF2 RF3 RF4 RF5 RF5f RF5t RF6 RF7 RF7s RF8 RF9 RF10 RF11',
  steps: {
    RF1: {
      title: 'take the iolock of the lower inode', reads: [at(files.nth, T.from), at(files.nth, T.to)],
      run: () => {
        const isFromLow = files.nth.get(T.from.v) < files.nth.get(T.to.v);
        T.low.v = isFromLow ? T.from.v : T.to.v;
        T.high.v = isFromLow ? T.to.v : T.from.v;
      },
    },
    RF2: { title: 'take the iolock of the lower inode', takes: lowIolock },
    RF3: { title: 'take the iolock of the higher inode', takes: highIolock },
    RF4: {
      title: 'take its invalidate_lock and break its layout', takes: lowInvlock, calls: [breakLow], to: ['RF5', 'RF11'],
      reads: [...BUSY_READS, ...every(files.kind, hosts.longterm)], writes: every(operations.assumed),
      run: go => {
        if (isRefused()) return go.RF11;
        if (!waits()) return go.RF5;
        if (variant() !== 'wait' && heldFrame() >= 0) assume();
        T.isBroken.v = 1;
        return call(breakLow);
      },
    },
    RF5: {
      title: 'take the invalidate_lock of the higher inode', takes: highInvlock, to: ['RF10'],
      run: go => {
        T.errno.v = T.isBroken.v === 1 && answer.result < 0 ? answer.errno : 0;
        if (T.errno.v !== 0) return go.RF10;
      },
    },
    RF5f: unmapStep('RF5f', 'unmap the source', T.from, [WHOLE_FILE]),
    RF5t: unmapStep('RF5t', 'unmap the target', T.to, [WHOLE_FILE]),
    RF6: {
      title: 'test for held pages without waiting', reads: [...BUSY_READS, ...every(files.kind, hosts.longterm)], writes: every(operations.assumed), to: ['RF7', 'RF8', 'RF10'], costNs: () => kernel.costs.scanNs,
      run: go => {
        if (isRefused()) return go.RF10;
        T.pfn.v = Math.max(0, heldFrame());
        if (variant() === 'go-on' || T.pfn.v === 0) return go.RF8;
        // Success is what it says, and nothing is shared (spec 4.8).
        return waits() ? go.RF7 : go.RF10;
      },
    },
    RF7: { title: 'held: give both layouts up', drops: [highInvlock, lowInvlock] },
    RF7s: {
      title: 'start over: spin until the page is not held', when: () => busyRefs(hostOf(T.from.v), T.pfn.v) === 0, waitsFor: { kind: 'page-idle', pfn: 'pfn' }, beginsRound: true,
      reads: every(hosts.refs, hosts.maps), forgets: [T.pfn], to: ['RF4'], run: go => go.RF4,
    },
    RF8: {
      title: 'write the source back; take the target’s blocks away', calls: [clearTarget],
      reads: every(files.entry, files.blockDelta), writes: [...CONTENT_TERMS, ...every(files.tag)],
      run: () => {
        flushSource();
        return call(clearTarget);
      },
    },
    RF9: {
      title: 'map the blocks of the source in one transaction', takes: ilock, drops: [ilock], costNs: () => kernel.costs.allocateNs,
      reads: every(files.kind, files.blockDelta, files.size, files.fs), writes: [...every(files.kind, files.blockDelta, files.size, hosts.sharers), ...LOG_CHANGE_TERMS],
      run: () => { share(); },
    },
    RF10: { title: 'drop the locks of both', drops: [highInvlock, lowInvlock, highIolock, lowIolock], to: ['done'], run: () => (T.errno.v === 0 ? done() : fail(T.errno.v)) },
    RF11: { title: 'drop the locks of both and refuse', drops: [lowInvlock, highIolock, lowIolock], to: ['done'], run: () => fail(T.errno.v) },
  },
});
