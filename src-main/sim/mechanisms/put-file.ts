import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { actors, files, mappings } from '@shared/state/tables';
import { openFiles } from '@shared/state/vfs-tables';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { call, done, site } from '../engine/step';
import { emit } from '../engine/events';
import { evictInode } from './evict-inode';
import { giveUpLeases, LEASE_READS, LEASE_TERMS } from './lease-records';
import { forget, isInUse, isKept, KEPT_READS, OPEN_TERMS } from './open-files';

const T = frame('open', 'file', 'op');

const evict = site(evictInode, T.file, T.op);

/**
 * Something that kept an open file description, or the file by itself (`open` 0), is gone. The last one takes the leases of the
 * description along (locks_remove_file()), and the inode, if no name is left either.
 */
export const putFile = mechanism({
  name: 'put-file',
  source: 'fs/file_table.c __fput(), fs/locks.c locks_remove_lease() (6.19); spec 5.6',
  frame: T,
  order: 'PF1 PF2 PF3',
  steps: {
    PF1: {
      title: 'the last user of the open file takes its leases along', reads: [...KEPT_READS, ...LEASE_READS], writes: [...OPEN_TERMS, ...LEASE_TERMS], to: ['done'],
      run: () => {
        T.op.v = actors.op.get(machine.self);
        if (T.open.v === 0) return;
        if (openFiles.file.get(T.open.v) === 0 || isKept(T.open.v)) return done();
        giveUpLeases(T.open.v);
        forget(T.open.v);
        emit('file-closed', T.file.v);
      },
    },
    PF2: { title: 'and the inode, if no name is left', calls: [evict], run: () => call(evict) },
    PF3: { title: 'return', to: ['done'], run: () => done() },
  },
});

const L = frame('open', 'file');

/** An open file that nothing keeps any more, else a file without a name that nothing leads to. */
function looseFile(): { readonly open: Row; readonly file: Row } | null {
  const open = openFiles.$.rows(arena).find(row => openFiles.file.get(row) !== 0 && !isKept(row));
  if (open !== undefined) return { open, file: openFiles.file.get(open) };
  const file = files.$.rows(arena).find(row => files.links.get(row) === 0 && files.gone.get(row) === 0 && !isInUse(row));
  return file === undefined ? null : { open: 0, file };
}

export const hasLooseFiles = (): boolean => looseFile() !== null;
/** What {@link hasLooseFiles} reads. */
export const LOOSE_READS = [...KEPT_READS, ...every(mappings.file, files.links, files.gone)];

const putLoose = site(putFile, L.open, L.file);

/** After memory was unmapped: what its mappings alone kept goes, one by one. */
export const dropLooseFiles = mechanism({
  name: 'drop-loose-files',
  source: 'mm/vma.c remove_vma(), fs/file_table.c fput() (6.19)',
  frame: L,
  order: 'LF1',
  steps: {
    LF1: {
      title: 'drop one file that nothing keeps', reads: LOOSE_READS, calls: [putLoose], to: ['LF1', 'done'],
      run: go => {
        const loose = looseFile();
        if (loose === null) return done();
        L.open.v = loose.open;
        L.file.v = loose.file;
        return call(putLoose, go.LF1);
      },
    },
  },
});
