import { source } from '@shared/domain/source';
import { LEASE_TYPES } from '@shared/state/vfs-tables';
import { showNs } from '@shared/units/show';
import { NS_PER_US } from '@shared/units/time';
import { site } from '../engine/step';
import { awaitBreak, installLeaseHandler, setBreakTime } from '../mechanisms/lease-handler';
import { getLease, setLease } from '../mechanisms/set-lease';
import { aDescriptor, type Operation, type OperationReader } from './operation';

/** What on-break can do, in the order of `leaseHandlers.does`. */
export const REACTIONS = ['ignore', 'release', 'downgrade', 'close', 'exit'] as const;
const LAYOUT_TYPES = ['F_LAYOUT', 'F_LAYOUT|F_EXCLUSIVE'] as const;

/** Number of a lease type, and which layout lease it is; fcntl gets whatever number the lab says. */
function typeOf(read: OperationReader): { readonly type: number; readonly layout: number } {
  const text = read.text('type');
  const layout = 1 + LAYOUT_TYPES.findIndex(name => name === text);
  const named = LEASE_TYPES.findIndex(name => name === text);
  const isNumber = /^\d+$/.test(text);
  if (layout === 0 && named < 0 && !isNumber) read.fail('type', `"${text}" is no lease type; expected ${[...LEASE_TYPES, ...LAYOUT_TYPES].join(', ')} or a number`);
  return { type: named >= 0 ? named : isNumber ? Number(text) : 0, layout };
}

export const setlease: Operation = {
  word: 'setlease',
  title: 'setlease',
  doc: 'fcntl(F_SETLEASE): takes, changes or gives up a lease on an open file. F_LAYOUT, alone or exclusive, is the layout lease of the RFC of 2019, known to the policy layout-lease only.',
  source: source('fcntl(2); fs/locks.c generic_setlease() (6.19); layout leases: RFC series of June 2019; spec 5.6, 5.7', 'V', 'O', 'S', 'unknown'),
  parameters: [aDescriptor, { name: 'type', title: 'type', doc: 'F_RDLCK, F_WRLCK, F_UNLCK, F_LAYOUT, F_LAYOUT|F_EXCLUSIVE or a number', required: true, type: { kind: 'text' } }],
  lower(read) {
    const { type, layout } = typeOf(read);
    return { call: site(setLease, read.process, read.descriptor('fd'), type, layout), text: `setlease ${read.text('fd')} ${read.text('type')}` };
  },
};

export const getlease: Operation = {
  word: 'getlease',
  title: 'getlease',
  doc: 'fcntl(F_GETLEASE): answers 0 F_RDLCK, 1 F_WRLCK or 2 F_UNLCK; during a break the type that is asked for.',
  source: source('fcntl(2); fs/locks.c fcntl_getlease() (6.19)', 'V', 'O'),
  parameters: [aDescriptor],
  lower: read => ({ call: site(getLease, read.descriptor('fd')), text: `getlease ${read.text('fd')}` }),
};

export const onBreak: Operation = {
  word: 'on-break',
  title: 'on-break',
  doc: 'Installs a handler for the signal that a lease is broken: what it does, and how long after the signal. Without one, SIGIO is what the actor’s own handler makes of it.',
  source: source('sigaction(2), fcntl(2) F_SETSIG; fs/fcntl.c send_sigio() (6.19)', 'V', 'O'),
  parameters: [
    aDescriptor,
    { name: 'do', title: 'do', doc: 'what the handler does with the lease', required: true, type: { kind: 'choice', values: REACTIONS } },
    { name: 'after', title: 'after', doc: 'how long after the signal', required: false, type: { kind: 'quantity', dimension: 'ns', min: 0, max: 1e12, default: 0 } },
  ],
  lower: read => ({
    call: site(installLeaseHandler, read.handler, read.descriptor('fd')),
    text: `on-break of ${read.text('fd')}: ${read.text('do')}${read.has('after') ? ` after ${showNs(read.number('after', 'ns'))}` : ''}`,
  }),
};

export const awaitBreakOperation: Operation = {
  word: 'await-break',
  title: 'await break',
  doc: 'Waits, as with sigwaitinfo(2), until a lease is asked back; at once if it is gone. For holders that have more to do then than on-break offers; such an actor needs a handler, or SIGIO ends it.',
  source: source('sigwaitinfo(2); the lab’s own step', 'X'),
  parameters: [aDescriptor],
  lower: read => ({ call: site(awaitBreak, read.descriptor('fd')), text: `await that the lease of ${read.text('fd')} is asked back` }),
};

export const leaseBreakTime: Operation = {
  word: 'lease-break-time',
  title: 'lease-break-time',
  doc: 'Writes fs.lease-break-time: how long a lease holder has from the signal on; 0 is for ever. Breaks under way keep their deadline.',
  source: source('proc(5) /proc/sys/fs/lease-break-time; fs/locks.c lease_break_time (6.19); spec 0.4', 'V', 'O'),
  parameters: [{ name: 'value', title: 'value', doc: 'the time', required: true, type: { kind: 'quantity', dimension: 'ns', min: 0, max: 1e12 } }],
  lower(read) {
    const ns = read.number('value', 'ns');
    return { call: site(setBreakTime, Math.ceil(ns / NS_PER_US)), text: `lease-break-time ${showNs(ns)}` };
  },
};
