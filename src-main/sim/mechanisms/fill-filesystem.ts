import { ERRNO } from '@shared/domain/errno';
import { files, filesystems } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { writeEntry } from './layout-entry';
import { createFile } from './name-calls';

/** `first` is the page that is written next, `pages` how many the file system has. */
const T = frame('op', 'process', 'file', 'first', 'pages');

const create = site(createFile, T.process, T.file, 0);
const write = site(writeEntry, T.op, T.file, T.first, T.pages, 0, PAGE_BYTES);

/** Creates a file and writes to it until write(2) finds no block. Answers bytes written. */
export const fillFilesystem = mechanism({
  name: 'fill-fs',
  source: 'creat(2) and write(2) until ENOSPC; spec 4.3; fs/xfs/xfs_file.c xfs_file_dax_write() (6.19)',
  frame: T,
  order: 'FI1 FI2 FI3',
  steps: {
    FI1: { title: 'create the file', calls: [create], run: () => call(create) },
    FI2: {
      title: 'write as much as there is room for', reads: [at(files.fs, T.file), ...every(filesystems.blockCount)], calls: [write], to: ['done'],
      run: () => {
        if (answer.result < 0) return fail(answer.errno);
        T.pages.v = filesystems.blockCount.get(files.fs.get(T.file.v));
        return call(write);
      },
    },
    FI3: {
      title: 'was that all?', calls: [write], to: ['FI3', 'done'],
      run: go => {
        if (answer.result < 0) return answer.errno === ERRNO.ENOSPC ? done(T.first.v * PAGE_BYTES) : fail(answer.errno);
        T.first.v += answer.result / PAGE_BYTES;
        return call(write, go.FI3);
      },
    },
  },
});
