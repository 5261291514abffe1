import { source } from '@shared/domain/source';
import type { Parameter } from '@shared/protocol/parameter';
import { openFiles } from '@shared/state/vfs-tables';
import { site } from '../engine/step';
import { closeFile, duplicate, openFile } from '../mechanisms/open-close';
import { passVerbs } from '../mechanisms/verbs-fd';
import { aDescriptor, aFile, anActor, aNewDescriptor, type Operation, type OperationReader } from './operation';

const FLAGS = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_TRUNC', 'O_NONBLOCK', 'O_PATH'] as const;

const flags: Parameter = { name: 'flags', title: 'flags', doc: `open flags, parted by |: ${FLAGS.join(', ')}`, required: false, type: { kind: 'text', default: 'O_RDONLY' } };

/** Words of a list such as "O_RDWR|O_TRUNC". */
function flagsOf(read: OperationReader): ReadonlySet<string> {
  const given = (read.text('flags') || 'O_RDONLY').split('|');
  const unknown = given.find(flag => !FLAGS.some(known => known === flag));
  if (unknown !== undefined) read.fail('flags', `"${unknown}" is no flag of open here; there are ${FLAGS.join(', ')}`);
  return new Set(given);
}

export const open: Operation = {
  word: 'open',
  title: 'open',
  doc: 'Opens a file. Breaks leases that do not bear it; O_TRUNC truncates.',
  source: source('open(2); fs/open.c do_dentry_open(), fs/namei.c do_open() (6.19); spec 5.6', 'V', 'O'),
  parameters: [aFile, aNewDescriptor, flags],
  lower(read) {
    const asked = flagsOf(read);
    const isPath = asked.has('O_PATH');
    const writes = !isPath && (asked.has('O_WRONLY') || asked.has('O_RDWR'));
    const reads = !isPath && !asked.has('O_WRONLY');
    const truncates = !isPath && asked.has('O_TRUNC');
    const bit = (is: boolean): number => (is ? 1 : 0);
    return {
      call: site(openFile, read.op, read.process, read.file('file'), read.newDescriptor('fd'), openFiles.$.row(read.op), bit(reads), bit(writes), bit(truncates), bit(asked.has('O_NONBLOCK')), bit(isPath)),
      sizeBytes: truncates ? 0 : -1,
      text: `open ${read.text('file')} ${[...asked].join('|')}${read.has('fd') ? ` as ${read.text('fd')}` : ''}`,
    };
  },
};

export const close: Operation = {
  word: 'close',
  title: 'close',
  doc: 'Closes a descriptor. With the last one its leases go, and the file, if no name is left.',
  source: source('close(2); fs/file_table.c __fput() (6.19)', 'V', 'O'),
  parameters: [aDescriptor],
  lower: read => ({ call: site(closeFile, read.descriptor('fd')), text: `close ${read.text('fd')}` }),
};

export const dup: Operation = {
  word: 'dup',
  title: 'dup',
  doc: 'A second descriptor of the same open file description: leases and counts of users are shared.',
  source: source('dup(2); fs/file.c ksys_dup3() (6.19)', 'V', 'O'),
  parameters: [aNewDescriptor, { ...aDescriptor, name: 'of', title: 'of', doc: 'the descriptor that is doubled' }],
  lower: read => ({ call: site(duplicate, read.descriptor('of'), read.newDescriptor('fd')), text: `dup ${read.text('of')}${read.has('fd') ? ` as ${read.text('fd')}` : ''}` }),
};

export const passVerbsOperation: Operation = {
  word: 'pass-verbs',
  title: 'pass the verbs fd',
  doc: 'Gives another process the descriptor of the verbs context: queue pairs and registrations outlive the process that made them.',
  source: source('unix(7) SCM_RIGHTS; drivers/infiniband/core/uverbs_main.c ib_uverbs_close() (6.19); spec 5.8', 'D'),
  parameters: [anActor],
  lower: read => ({ call: site(passVerbs, read.process, read.processOf('actor')), text: `pass the verbs fd to ${read.text('actor')}` }),
};
