import { id, int, table, wide } from './table';

/** What crosses links at this moment. Clocks only: they decide when a step ends, never what it does. */
export const flows = table('flow', 'A transfer on its way: it shares every link it crosses with the others.', {
  actor: id('the device engine that moves it'),
  way: int('which way through the topology it takes; 0 is none', { hidden: true }),
  bytesLeft: wide('not across yet, as of the last change of shares', { hidden: true, unit: 'bytes' }),
  settledNs: wide('when that was', { hidden: true, unit: 'ns' }),
  endNs: wide('when it is across if no other transfer begins', { hidden: true, unit: 'ns' }),
}, {});
