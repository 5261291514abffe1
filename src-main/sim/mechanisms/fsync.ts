import { ERRNO } from '@shared/domain/errno';
import type { Row } from '@shared/state/dictionary';
import { files, filesystems, mappings, processes } from '@shared/state/tables';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { changeWatchedFile, FILE_CHANGE, hasWatchedEntries, WATCHED_READS, writeProtect } from './change-watched-file';
import { windowsOn } from './file-windows';
import { CONTENT_TERMS, flushPages } from './contents';
import { ENTRY, TAG } from './dax-mapping';
import { LOST_READS, lostErrno } from './lost-filesystem';

const T = frame('file', 'index', 'pages');

const entry = pagesAt(files.entry, T.file);
const entryLock = pagesAt(files.entryLock, T.file);
const tag = pagesAt(files.tag, T.file);
const blockDelta = pagesAt(files.blockDelta, T.file);
const iMmap = at(files.iMmap, T.file);
const END = Number.MAX_SAFE_INTEGER;
const nextDirty = (): number => tag.find(0, END, value => value !== TAG.clean);
const tell = site(changeWatchedFile, T.file, T.index, T.pages, FILE_CHANGE.protect, 0);
const hostOf = (file: Row): Row => filesystems.host.get(files.fs.get(file));

/** Whoever stores through a shared mapping faults again, and tags the entry again. */
function protectMappings(index: number, pages: number): void {
  for (const window of windowsOn(T.file.v, index, index + pages)) if (mappings.shared.get(window.mapping) === 1) writeProtect(window.process, window.vpn, window.pages);
}

/** fsync(2) of a DAX file: CPU caches of what was stored to are flushed, then the log makes size and layout durable. EIO once the file system is shut down. */
export const syncFile = mechanism({
  name: 'fsync',
  source: 'spec 3.7; fs/dax.c dax_writeback_mapping_range(), dax_writeback_one(), fs/xfs/xfs_file.c xfs_file_fsync() (6.19)',
  frame: T,
  order: 'FS1 FS2 FS3',
  steps: {
    FS1: {
      title: 'enter', reads: [tag, at(files.fs, T.file), ...LOST_READS], to: ['FS2', 'FS3', 'done'], costNs: () => kernel.costs.syscallNs,
      run: go => {
        const lost = lostErrno(T.file.v, 'sync');
        if (lost !== 0) return fail(lost);
        return nextDirty() < 0 ? go.FS3 : go.FS2;
      },
    },
    FS2: {
      title: 'write-protect and flush one run of dirty entries', takes: iMmap, drops: [iMmap], when: () => entryLock.find(0, END, holder => holder !== 0) < 0, waitsFor: { kind: 'entry', file: 'file', index: 'file' },
      reads: [entry, entryLock, blockDelta, ...WATCHED_READS], calls: [tell], to: ['FS2'], writes: [tag, ...every(processes.pte), ...CONTENT_TERMS],
      costNs: () => kernel.costs.unmapNs,
      run: go => {
        const index = nextDirty();
        if (index < 0) return;
        const pages = Math.min(tag.runEnd(index), blockDelta.runEnd(index), entry.runEnd(index)) - index;
        if (hasWatchedEntries(T.file.v, index, pages, FILE_CHANGE.protect)) {
          [T.index.v, T.pages.v] = [index, pages];
          return call(tell, go.FS2);
        }
        protectMappings(index, pages);
        if (entry.at(index) === ENTRY.real) flushPages(hostOf(T.file.v), index + blockDelta.at(index), pages);
        tag.assign(index, pages, TAG.clean);
      },
      again: () => nextDirty() >= 0,
    },
    FS3: {
      title: 'wait until the log has the metadata', when: () => files.metaDirty.get(T.file.v) === 0 || filesystems.shutDown.get(files.fs.get(T.file.v)) === 1, waitsFor: { kind: 'log', file: 'file' },
      reads: [at(files.metaDirty, T.file), at(files.fs, T.file), ...every(filesystems.shutDown)], to: ['done'],
      run: () => (files.metaDirty.get(T.file.v) === 0 ? done() : fail(ERRNO.EIO)),
    },
  },
});
