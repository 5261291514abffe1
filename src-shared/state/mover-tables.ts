import { id, table } from './table';

/** The list of folios that an operation has taken off the LRU to move them. */
export const movers = table('mover', 'Folios that an operation has isolated and is about to move.', {
  op: id('the operation'),
}, {
  listed: { doc: 'by pfn: the frame is on its list' },
}, ['op']);
