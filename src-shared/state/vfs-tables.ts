import { count, flag, id, int, oneOf, ref, table, wide } from './table';

/** fcntl lease types by their Linux numbers (include/uapi/asm-generic/fcntl.h). */
export const LEASE_TYPES = ['F_RDLCK', 'F_WRLCK', 'F_UNLCK'] as const;

export const openFiles = table('open file', 'An open file description (struct file): shared by dup and fork, and kept by the mappings made from it.', {
  op: id('operation that opened it'),
  file: ref('what it is open on; none is closed'),
  reads: flag('FMODE_READ'),
  writes: flag('FMODE_WRITE: counts in i_writecount'),
  path: flag('O_PATH: it names the file and gives no access to it'),
  nonblock: flag('O_NONBLOCK'),
  opening: flag('the call that opens it, or that needs write access as long as it lasts, is under way'),
}, {}, ['op']);

export const descriptors = table('descriptor', 'A file descriptor of a process.', {
  process: id('whose it is'),
  nth: id('which of the lab’s descriptor names, from 0; those without a name by the operation that opened them'),
  open: ref('the open file description; none is closed'),
}, {}, ['process']);

export const leases = table('lease', 'A lease on a file (struct file_lease): it belongs to an open file description.', {
  open: id('whose it is'),
  kind: id('0 is a lease (FL_LEASE), 1 a layout lease (FL_LAYOUT)'),
  type: oneOf('what others may not do meanwhile', ['none', 'F_RDLCK', 'F_WRLCK']),
  file: ref('the file'),
  holder: ref('task that took it: F_SETOWN'),
  descriptor: ref('descriptor it was taken by: si_fd'),
  exclusive: flag('layout lease: it is not broken, whoever asks is refused'),
  orphan: flag('given up or closed while pins under it live on'),
  downgradePending: flag('FL_DOWNGRADE_PENDING: a reader asks for it'),
  unlockPending: flag('FL_UNLOCK_PENDING: a writer asks for it'),
  forced: flag('its deadline has passed and its holder is made to give it up'),
  downgradeNs: wide('when it is downgraded by force; 0 never', { hidden: true, unit: 'ns' }),
  unlockNs: wide('when it is taken away by force; 0 never', { hidden: true, unit: 'ns' }),
  sentNs: wide('when the last break signal was sent', { hidden: true, unit: 'ns' }),
}, {}, ['open']);

export const leaseHandlers = table('lease handler', 'What a process does when it gets the signal that a lease of it is broken (on-break).', {
  op: id('operation that installs it'),
  process: ref('whose signal handler it is', { hidden: true }),
  does: int('what it does: number of the lab’s word', { hidden: true }),
  afterNs: wide('how long after the signal', { hidden: true, unit: 'ns' }),
  open: ref('the open file description whose lease it answers for; none is not installed'),
  descriptor: ref('the descriptor it uses'),
  signalled: flag('the signal is pending'),
  delivered: count('how often the handler ran'),
  fdMatches: flag('si_fd was the descriptor of the lease'),
  siCode: int('si_code'),
  seen: int('F_GETLEASE when the handler ran: 1 + number of the type; 0 it did not run'),
  tried: flag('it has called fcntl(F_SETLEASE) itself'),
  errno: int('errno of that call'),
}, {}, ['op']);

export const leaseSettings = table('lease setting', 'fs.lease-break-time.', {
  nth: id('always 0'),
  breakTimeNs: wide('time a lease holder has; 0 is for ever', { unit: 'ns' }),
}, {});

export const verbsFds = table('verbs fd', 'The descriptor through which a process uses its NICs; queue pairs and registrations live as long as somebody has it.', {
  process: id('whose queue pairs and registrations they are'),
  passedTo: ref('process that has been given the descriptor as well (SCM_RIGHTS)'),
}, {}, ['process']);
