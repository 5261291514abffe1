import { source, type Source } from '@shared/domain/source';
import { openFiles } from '@shared/state/vfs-tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { showBytes } from '@shared/units/show';
import { site } from '../engine/step';
import { changeLinks, changeMode, createFile, setPinnable, statFile, truncatePath } from '../mechanisms/name-calls';
import { aFile, type Operation } from './operation';

const FROM = source('fs/namei.c (6.19); spec 4.5, 5.6', 'V', 'O');
const aSize = { name: 'size', title: 'size', doc: 'new size', required: true, type: { kind: 'quantity', dimension: 'bytes', min: 0, max: 2 ** 42 } } as const;

const linking = (word: string, by: -1 | 0 | 1, doc: string): Operation => ({
  word, title: word, doc, source: FROM, parameters: [aFile],
  lower: read => ({ call: site(changeLinks, read.file('file'), by, read.op), text: `${word} ${read.text('file')}` }),
});

export const unlink = linking('unlink', -1, 'Takes a name of a file away. With the last name and the last user the inode goes, and its blocks.');
export const link = linking('link', 1, 'Gives a file one more name.');
export const rename = linking('rename', 0, 'Moves a file to a name that is free. The inode is as before.');

export const chmod: Operation = {
  word: 'chmod',
  title: 'chmod',
  doc: 'Changes the permission bits of a file.',
  source: FROM,
  parameters: [aFile, { name: 'mode', title: 'mode', doc: 'permission bits, octal', required: true, type: { kind: 'text' } }],
  lower(read) {
    const mode = /^0?[0-7]{3}$/.test(read.text('mode')) ? Number.parseInt(read.text('mode'), 8) : -1;
    if (mode < 0) read.fail('mode', `"${read.text('mode')}" is no mode; expected three octal digits, such as "0600"`);
    return { call: site(changeMode, read.process, read.file('file'), mode), text: `chmod ${read.text('file')} ${read.text('mode')}` };
  },
};

export const setPinnableOperation: Operation = {
  word: 'set-pinnable',
  title: 'set pinnable',
  doc: 'Sets or clears the mark by which a file system says that it keeps the layout of this file for long-term pins (policy fs-contract). It cannot be cleared while there are any.',
  source: source('thread of 8 Feb 2019: a mount, mkfs or per-file switch; spec 5.4', 'S', 'X', 'unknown'),
  parameters: [aFile, { name: 'value', title: 'value', doc: 'set it or clear it', required: true, type: { kind: 'flag', default: true } }],
  lower: read => ({ call: site(setPinnable, read.file('file'), read.flag('value') ? 1 : 0), text: `${read.flag('value') ? 'set' : 'clear'} pinnable of ${read.text('file')}` }),
};

const looking = (word: string, byName: 0 | 1, from: Source): Operation => ({
  word, title: word, doc: 'Reads the attributes of a file; takes no lock and waits for nothing.', source: from, parameters: [aFile],
  lower: read => ({ call: site(statFile, read.file('file'), byName), text: `${word} ${read.text('file')}` }),
});

const STAT = source('stat(2), statx(2); fs/stat.c (6.19)', 'V', 'O');
export const stat = looking('stat', 1, STAT);
export const fstat = looking('fstat', 0, STAT);

export const truncate: Operation = {
  word: 'truncate',
  title: 'truncate',
  doc: 'Sets the size of a file by its path: breaks leases first, then as ftruncate.',
  source: source('truncate(2); fs/open.c vfs_truncate() (6.19); spec 5.6', 'V', 'O'),
  parameters: [aFile, aSize],
  lower(read) {
    const sizeBytes = read.number('size', 'bytes');
    return {
      call: site(truncatePath, read.op, read.process, read.file('file'), Math.ceil(sizeBytes / PAGE_BYTES), openFiles.$.row(read.op)),
      sizeBytes,
      text: `truncate ${read.text('file')} to ${showBytes(sizeBytes)}`,
    };
  },
};

export const create: Operation = {
  word: 'create',
  title: 'create',
  doc: 'Creates a file without blocks on the file system of a node.',
  source: source('open(2) O_CREAT, ftruncate(2); fs/namei.c lookup_open() (6.19)', 'V', 'O'),
  parameters: [
    { name: 'name', title: 'name', doc: 'how other operations call the file', required: true, type: { kind: 'text' } },
    { name: 'fs', title: 'file system', doc: 'node that it lies on; the only one with files if not said', required: false, type: { kind: 'text' } },
    { ...aSize, required: false },
    { ...aFile, name: 'dir', title: 'directory', doc: 'directory that it is made in: it inherits the DAX flag', required: false },
  ],
  lower(read) {
    const sizeBytes = read.has('size') ? read.number('size', 'bytes') : 0;
    return { call: site(createFile, read.process, read.file('name'), sizeBytes), text: `create ${read.text('name')} of ${showBytes(sizeBytes)}` };
  },
};
