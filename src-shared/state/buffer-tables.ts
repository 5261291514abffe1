import { count, flag, id, int, oneOf, ref, table } from './table';

/** Pages that a subsystem of the kernel keeps for user space. */
export const buffers = table('registered buffer', 'User pages that io_uring, an AF_XDP socket or some part of the kernel keeps.', {
  nth: id('which of the lab’s rings, sockets and kernel users, from 0'),
  state: oneOf('life cycle', ['absent', 'pinning', 'registered']),
  pageCount: count('length', { unit: 'pages' }),
  charged: count('pages charged for it', { unit: 'pages' }),
  chargesUser: flag('they are charged to the user too', { hidden: true }),
  process: ref('address space it belongs to', { hidden: true }),
  op: ref('the operation that took the pages'),
  p2p: flag('its user can use peer-to-peer memory (FOLL_PCI_P2PDMA)'),
}, {});

export const users = table('user', 'What is charged to a user whatever process it comes from.', {
  uid: id('uid'),
  lockedVm: count('pages of io_uring buffers', { unit: 'pages' }),
}, {});

/** What move_pages(2) tells of each entry of its array. */
export const pageMoves = table('move_pages call', 'One call of move_pages(2): its status array.', {
  op: id('the operation'),
  entries: int('length of the array'),
}, {
  vpnDelta: { doc: 'by entry: its virtual page minus its index' },
  node: { doc: 'by entry: target node, from 1; 0 is a query' },
  status: { doc: 'by entry: 0 not written, node + 1, or a negative errno' },
}, ['op']);
