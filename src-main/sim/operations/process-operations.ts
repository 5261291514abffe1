import { source } from '@shared/domain/source';
import type { Parameter } from '@shared/protocol/parameter';
import { site } from '../engine/step';
import { forkProcess, waitChild } from '../mechanisms/fork';
import type { Operation } from './operation';

const aChild: Parameter = { name: 'child', title: 'child', doc: 'the actor that becomes the child: its program begins when it is forked', required: true, type: { kind: 'reference', to: 'actor' } };

export const fork: Operation = {
  word: 'fork',
  title: 'fork',
  doc: 'Brings a child into being with a copy of the address space. Private pages are shared until somebody writes; pages that a device may be writing are copied at once. The child names the mappings of its parent as its own.',
  source: source('fork(2); kernel/fork.c dup_mmap(), mm/memory.c copy_page_range() (6.19); spec 1.4', 'V', 'O'),
  parameters: [aChild],
  lower(read) {
    read.otherActor('child');
    return { call: site(forkProcess, read.process, read.processOf('child')), text: `fork ${read.text('child')}` };
  },
};

export const waitpid: Operation = {
  word: 'waitpid',
  title: 'waitpid',
  doc: 'Waits until a child has exited.',
  source: source('waitpid(2); kernel/exit.c do_wait() (6.19)', 'V'),
  parameters: [aChild],
  lower(read) {
    read.otherActor('child');
    return { call: site(waitChild, read.processOf('child')), text: `waitpid ${read.text('child')}` };
  },
};
