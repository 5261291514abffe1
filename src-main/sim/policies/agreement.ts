import type { Agreement } from '@shared/protocol/catalogue';

/**
 * How far presets agree with what was observed of the kernels they stand for. Counted by the test of the observations, which
 * fails while a number here is another than what it counts.
 */
export const AGREEMENT: Readonly<Record<string, Agreement>> = {
  'linux-6.1': { kernel: 'Linux 6.1.192', agree: 882, observed: 882 },
  'linux-6.12': { kernel: 'Linux 6.12.117', agree: 881, observed: 881 },
};
