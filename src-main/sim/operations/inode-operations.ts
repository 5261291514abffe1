import { source } from '@shared/domain/source';
import { arena } from '@shared/state/arena';
import { files, filesystems } from '@shared/state/tables';
import { site } from '../engine/step';
import { MOUNT, setDaxFlag, statDax } from '../mechanisms/dax-flag';
import { dropCaches as dropCachesMechanism } from '../mechanisms/inode-cache';
import { mount } from '../mechanisms/mount';
import { reflink } from '../mechanisms/reflink';
import { aFile, somePages, type Operation } from './operation';

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

export const reflinkOperation: Operation = {
  word: 'reflink',
  title: 'reflink',
  doc: 'FICLONE, and with pages FICLONERANGE: another file gets the same blocks, until one of the two is written. Of DAX files both layouts are broken first.',
  source: source('ioctl_ficlone(2); fs/remap_range.c, fs/xfs/xfs_reflink.c (4.20, 6.1, 6.19); spec 4.10', 'V', 'O'),
  parameters: [
    { ...aFile, name: 'of', doc: 'the file whose blocks are shared' },
    { name: 'to', title: 'to', doc: 'the file that gets them; it is created if there is none of that name', required: true, type: { kind: 'text' } },
    somePages('pages of the first file, first+count; all if not said'),
    { name: 'toFirst', title: 'to page', doc: 'page of the second file where they begin', required: false, type: { kind: 'quantity', dimension: 'count', min: 0, max: 2 ** 28 } },
  ],
  lower(read) {
    const [from, to] = [read.file('of'), read.file('to')];
    if (from === to && from !== 0) read.fail('to', `${read.text('to')} is the file itself; sharing within one file is not modelled`);
    const { first, count } = read.has('pages') || read.has('range') ? read.pages('pages', 1) : { first: 0, count: 0 };
    const part = count === 0 ? '' : ` pages ${first}+${count}`;
    return { call: site(reflink, read.op, read.process, from, to, first, count, read.number('toFirst', 'count')), text: `reflink ${read.text('of')}${part} to ${read.text('to')}` };
  },
};

/** Options of mount(8) that concern DAX; ext4 and XFS without any heed the per-file flag. */
const OPTIONS: Readonly<Record<string, number>> = { dax: MOUNT.dax, 'dax=always': MOUNT.dax, '': MOUNT.inode, 'dax=inode': MOUNT.inode, 'dax=never': MOUNT.never };

export const mountOperation: Operation = {
  word: 'mount',
  title: 'mount',
  doc: 'Mounts the file system of a pmem region that is not mounted when the lab begins (mounted: false).',
  source: source('mount(2); fs/xfs/xfs_super.c (5.15, 6.1); spec 4.10', 'V', 'O'),
  parameters: [
    { name: 'node', title: 'node', doc: 'the device with the file system', required: true, type: { kind: 'reference', to: 'pmem-region' } },
    { name: 'opts', title: 'options', doc: 'dax, dax=inode (also without any) or dax=never', required: false, type: { kind: 'text' } },
  ],
  lower(read) {
    const fs = read.filesystem('node');
    const options = OPTIONS[read.text('opts')];
    if (options === undefined) read.fail('opts', `"${read.text('opts')}" is not an option of this mount; expected dax, dax=inode or dax=never`);
    if (files.$.rows(arena).some(file => files.fs.get(file) === fs)) read.fail('node', `${read.text('node')} has files; mounting is modelled for a file system without any`);
    return { call: site(mount, fs, options ?? MOUNT.inode), text: `mount ${read.text('node')} ${read.text('opts')}`.trim() };
  },
};
