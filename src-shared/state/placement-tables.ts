import { id, oneOf, table } from './table';

/** Where RAM is and whether it may be handed out: memory blocks go online and offline as a lab runs. */
export const memoryBlocks = table('memory block', 'All memory blocks of one NUMA node of RAM.', {
  nth: id('which memory of the lab, from 0'),
  state: oneOf('whether its frames are handed out', ['online', 'going offline', 'offline']),
  zone: oneOf('zone it was put online in', ['normal', 'movable', 'cma']),
}, {});
