import { count, id, table } from './table';

/** Only labs whose power fails have a row. */
export const power = table('power', 'The power of the machine.', {
  nth: id('always 0'),
  failures: count('how often the power failed'),
  boots: count('how often the machine booted since, logs replayed and file systems mounted'),
}, {});
