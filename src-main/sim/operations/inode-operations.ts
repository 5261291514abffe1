import { source } from '@shared/domain/source';
import { files, filesystems } from '@shared/state/tables';
import { site } from '../engine/step';
import { setDaxFlag, statDax } from '../mechanisms/dax-flag';
import { dropCaches as dropCachesMechanism } from '../mechanisms/inode-cache';
import { aFile, type Operation } from './operation';

const HAVE_THE_FLAG: ReadonlySet<number> = new Set(['xfs', 'ext4'].map(type => filesystems.type.valueOf(type)));

export const setXflag: Operation = {
  word: 'set-xflag',
  title: 'set DAX flag',
  doc: 'Sets or clears the per-file DAX flag (FS_XFLAG_DAX). On a mount with dax=inode it takes effect when the inode is loaded anew; elsewhere it has none.',
  source: source('FS_IOC_FSSETXATTR; fs/file_attr.c vfs_fileattr_set() (6.19); spec 3.9', 'V', 'O'),
  parameters: [aFile, { name: 'dax', title: 'DAX', doc: '1 sets the flag, 0 clears it', required: true, type: { kind: 'quantity', dimension: 'count', min: 0, max: 1 } }],
  lower(read) {
    const file = read.file('file');
    if (file !== 0 && !HAVE_THE_FLAG.has(filesystems.type.get(files.fs.get(file)))) read.fail('file', `${read.text('file')} is on a file system without a DAX flag; XFS and ext4 have one`);
    const dax = read.number('dax', 'count');
    return { call: site(setDaxFlag, read.process, file, dax), text: `${dax === 1 ? 'set' : 'clear'} the DAX flag of ${read.text('file')}` };
  },
};

export const statx: Operation = {
  word: 'statx',
  title: 'statx',
  doc: 'Reads the attributes of a file, among them whether DAX is in effect (STATX_ATTR_DAX).',
  source: source('statx(2); fs/stat.c (6.19); spec 3.9', 'V', 'O'),
  parameters: [aFile],
  lower: read => ({ call: site(statDax, read.file('file')), text: `statx ${read.text('file')}` }),
};

export const dropCaches: Operation = {
  word: 'drop-caches',
  title: 'drop caches',
  doc: 'Drops inodes that nobody has open or mapped, and what is cached of them. Those whose DAX flag was changed are loaded anew by it.',
  source: source('Documentation/admin-guide/sysctl/vm.rst drop_caches; fs/drop_caches.c (6.19); spec 3.9', 'V', 'O'),
  parameters: [],
  lower: () => ({ call: site(dropCachesMechanism), text: 'drop caches' }),
};
