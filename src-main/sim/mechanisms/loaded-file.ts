import { files } from '@shared/state/tables';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, frame } from '../engine/place';
import { call, done, fail, site, type Call } from '../engine/step';
import { readCached, writeCached } from './cache-access';
import { CACHE_MODE, changeCached, isPageCache } from './cache-layout';
import { readFile } from './file-access';
import { layoutEntry, writeEntry } from './layout-entry';

const T = frame('op', 'file', 'first', 'pages', 'head', 'tail');

/** A call on a file whose inode may be loaded as DAX or as page cache by the time it runs (mount dax=inode): IS_DAX() decides. */
const onLoaded = (name: string, source: string, dax: Call, cached: Call): ReturnType<typeof mechanism> => mechanism({
  name, source, frame: T, order: 'IL1 IL2',
  steps: {
    IL1: { title: 'is the inode loaded as DAX?', reads: [at(files.dax, T.file)], calls: [dax, cached], run: () => call(isPageCache(T.file.v) ? cached : dax) },
    IL2: { title: 'return', to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done(answer.result)) },
  },
});

export const readLoaded = onLoaded('pread-loaded', 'spec 3.9; fs/xfs/xfs_file.c xfs_file_read_iter() (6.19)',
  site(readFile, T.op, T.file, T.first, T.pages, T.head, T.tail), site(readCached, T.op, T.file, T.first, T.pages, T.head, T.tail));

export const writeLoaded = onLoaded('pwrite-loaded', 'spec 3.9; fs/xfs/xfs_file.c xfs_file_write_iter() (6.19)',
  site(writeEntry, T.op, T.file, T.first, T.pages, T.head, T.tail), site(writeCached, T.op, T.file, T.first, T.pages, T.head, T.tail));

export const truncateLoaded = onLoaded('ftruncate-loaded', 'spec 3.9; fs/xfs/xfs_file.c, fs/xfs/xfs_iops.c xfs_setattr_size() (6.19)',
  site(layoutEntry, T.file, T.first, T.pages, T.op), site(changeCached, T.file, T.first, T.pages, T.op, CACHE_MODE.truncate));
