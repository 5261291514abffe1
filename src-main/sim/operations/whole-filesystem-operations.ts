import { source } from '@shared/domain/source';
import { site } from '../engine/step';
import { isPageCache } from '../mechanisms/cache-layout';
import { mayChangeKind } from '../mechanisms/dax-flag';
import { fillFilesystem } from '../mechanisms/fill-filesystem';
import { syncAll } from '../mechanisms/sync-all';
import type { Operation } from './operation';

export const sync: Operation = {
  word: 'sync',
  title: 'sync',
  doc: 'Writes out every file of every file system and waits until their logs have committed.',
  source: source('sync(2); fs/sync.c ksys_sync() (6.19)', 'V', 'O'),
  parameters: [],
  lower: () => ({ call: site(syncAll), text: 'sync' }),
};

export const fillFs: Operation = {
  word: 'fill-fs',
  title: 'fill file system',
  doc: 'Creates a file and writes to it until the file system is full: blocks that were freed are soon part of it.',
  source: source('creat(2) and write(2) until ENOSPC; spec 4.3', 'V', 'O'),
  parameters: [
    { name: 'name', title: 'name', doc: 'how other operations call the file', required: true, type: { kind: 'text' } },
    { name: 'fs', title: 'file system', doc: 'pmem region that it lies on; the only one with files if not said', required: false, type: { kind: 'text' } },
  ],
  lower(read) {
    const file = read.file('name');
    // The blocks of page-cache files are no frames: a file system with such is never full here.
    if (isPageCache(file) || mayChangeKind(file)) read.fail('fs', 'filling is modelled for pmem regions that are mounted with -o dax');
    return { call: site(fillFilesystem, read.op, read.process, file), text: `fill the file system with ${read.text('name')}` };
  },
};
