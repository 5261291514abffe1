import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { OWNER_FREE } from '@shared/state/owner';
import { busyExtents, files, filesystems, hosts } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { kernel } from '../kernel';
import { reusesSoon } from './allocate-blocks';
import { firstBusyFrame } from './folio-counts';
import { DURABLE_READS, DURABLE_TERMS, makeDurable } from './metadata-log';

const L = frame('fs');

const STATE = busyExtents.state;
const IN_TRANSACTION = STATE.valueOf('in-transaction');
const COMMITTED = STATE.valueOf('committed');
const DAX_WAIT = STATE.valueOf('dax-wait');

const isHeld = (extent: Row): boolean => {
  const first = busyExtents.firstPfn.get(extent);
  return firstBusyFrame(filesystems.host.get(busyExtents.fs.get(extent)), first, first + busyExtents.pageCount.get(extent)) >= 0;
};

const extentsOf = (fs: Row, state: number): readonly Row[] =>
  busyExtents.$.rows(arena).filter(extent => busyExtents.fs.get(extent) === fs && STATE.get(extent) === state);

/** The blocks may be allocated again; sleepers on the busy generation look again. */
function clear(extent: Row): void {
  const fs = busyExtents.fs.get(extent);
  const first = busyExtents.firstPfn.get(extent);
  const pages = busyExtents.pageCount.get(extent);
  hosts.owner.assign(filesystems.host.get(fs), first, pages, OWNER_FREE);
  if (!reusesSoon(fs)) hosts.resting.assign(filesystems.host.get(fs), first, pages, 1);
  for (const column of [STATE, busyExtents.pageCount, busyExtents.dax, busyExtents.idle, busyExtents.firstIndex]) column.set(extent, 0);
  filesystems.busyGeneration.set(fs, filesystems.busyGeneration.get(fs) + 1);
  emit('busy-extent-cleared', fs, first, pages);
}

const EXTENT_READS = every(hosts.refs, hosts.maps);
const EXTENT_WRITES = every(STATE, busyExtents.pageCount, busyExtents.dax, busyExtents.idle, hosts.owner, hosts.resting);

/** Log commit callback of a file system (spec 4.6 B4). Without DAX flags this is the ordinary busy list of spec 4.3. */
export const logCommit = mechanism({
  name: 'log-commit',
  source: 'spec 4.3, 4.6 B4; fs/xfs/xfs_extent_busy.c xfs_extent_busy_clear() (6.19)',
  frame: L,
  order: 'LC1 LC1w B4 LC2',
  steps: {
    LC1: {
      title: 'wait for a transaction', when: () => filesystems.logDirty.get(L.fs.v) === 1 && filesystems.shutDown.get(L.fs.v) === 0, waitsFor: { kind: 'work' },
      reads: [at(filesystems.logDirty, L.fs), at(filesystems.shutDown, L.fs)], costNs: () => kernel.costs.logCommitNs,
    },
    LC1w: {
      title: 'the log is on the medium: what it says survives a crash', reads: [...DURABLE_READS, at(filesystems.shutDown, L.fs)], writes: [...DURABLE_TERMS, ...every(STATE)], to: ['B4', 'LC1'],
      run: go => {
        if (filesystems.shutDown.get(L.fs.v) === 1) return go.LC1;
        for (const file of files.$.rows(arena)) if (files.fs.get(file) === L.fs.v && files.metaDirty.get(file) === 1) makeDurable(file);
        for (const extent of extentsOf(L.fs.v, IN_TRANSACTION)) STATE.set(extent, COMMITTED);
        return go.B4;
      },
    },
    B4: {
      title: 'commit: clear or keep one busy extent',
      reads: EXTENT_READS, writes: [...EXTENT_WRITES, at(filesystems.busyGeneration, L.fs)],
      run: () => {
        const extent = extentsOf(L.fs.v, COMMITTED)[0];
        if (extent === undefined) return;
        if (busyExtents.dax.get(extent) === 1 && isHeld(extent)) STATE.set(extent, DAX_WAIT);
        else clear(extent);
      },
      again: () => extentsOf(L.fs.v, COMMITTED).length > 0,
    },
    LC2: {
      title: 'end the commit; a transaction since then needs another one', reads: every(STATE, files.metaDirty), writes: [at(filesystems.logDirty, L.fs)], to: ['LC1'],
      run: go => {
        const isNewer = extentsOf(L.fs.v, IN_TRANSACTION).length > 0 || files.$.rows(arena).some(file => files.fs.get(file) === L.fs.v && files.metaDirty.get(file) === 1);
        filesystems.logDirty.set(L.fs.v, isNewer ? 1 : 0);
        emit('log-committed', L.fs.v);
        return go.LC1;
      },
    },
  },
});

const isMarked = (extent: Row): boolean => busyExtents.idle.get(extent) === 1 && STATE.get(extent) === DAX_WAIT;
const nextMarked = (fs: Row): Row | undefined => extentsOf(fs, DAX_WAIT).find(isMarked);

/** Page-idle callback, handed over from the put path to a worker (spec 4.6 B5). Two of them may run at once. */
export const busyExtentWorker = mechanism({
  name: 'busy-extent-worker',
  source: 'spec 4.6 B5; thread of 30 Oct 2017 (dax: fix dma vs truncate)',
  frame: L,
  order: 'BW1 B5 BW2',
  steps: {
    BW1: {
      title: 'wait for a busy extent with an idle page', when: () => nextMarked(L.fs.v) !== undefined, waitsFor: { kind: 'work' },
      reads: every(STATE, busyExtents.idle),
    },
    B5: {
      title: 'clear the extent if no page of it is busy', takes: at(filesystems.group, L.fs), drops: [at(filesystems.group, L.fs)],
      reads: EXTENT_READS, writes: [...EXTENT_WRITES, at(filesystems.busyGeneration, L.fs)],
      run: () => {
        const extent = nextMarked(L.fs.v);
        if (extent === undefined) return;
        if (isHeld(extent)) busyExtents.idle.set(extent, 0);
        else clear(extent);
      },
    },
    BW2: { title: 'look for more', to: ['BW1'], run: go => go.BW1 },
  },
});
