import { source } from '@shared/domain/source';
import type { PresetEntry } from '@shared/protocol/catalogue';

/** What kernels up to 6.1 answer where a knob is left to the era. */
const BEFORE_6_2 = { mrReadOnlyForcesWrite: 'true' };

const preset = (id: string, title: string, from: PresetEntry['source'], truncate: string, longterm: string, pins: string, zoneDevice: string, knobs: PresetEntry['knobs'] = BEFORE_6_2): PresetEntry => ({
  id, title, source: from, knobs,
  variants: {
    'dax-fault': 'both', 'truncate-vs-dma': truncate, 'longterm-file-pin': longterm, 'lease-break': 'lease-only', 'pin-accounting': pins,
    'zone-device-refcount': zoneDevice, 'bio-completion': 'put_page-all', 'writeback-vs-pin': 'ignore', 'device-migration': '4k-only',
  },
});

const shipped = (era: string): PresetEntry['source'] => source(`spec 11, column ${era}`, 'V');

/** Eras and proposals (spec 11). An axis that has one variant so far takes it in every preset. */
export const PRESETS: readonly PresetEntry[] = [
  preset('linux-4.14', 'Linux 4.14: no guard', shipped('linux-4.14'), 'none', 'allow-all', 'get-only', 'one-based'),
  preset('linux-4.15', 'Linux 4.15: no long-term pins on DAX files', shipped('linux-4.15'), 'none', 'deny-fsdax', 'get-only', 'one-based'),
  preset('linux-4.20', 'Linux 4.20: truncate waits', shipped('linux-4.20'), 'wait-retry', 'deny-fsdax', 'get-only', 'one-based'),
  preset('linux-5.15', 'Linux 5.15: pins are counted', shipped('linux-5.15'), 'wait-retry', 'deny-fsdax', 'bias+pincount', 'one-based'),
  preset('linux-6.1', 'Linux 6.1', shipped('linux-6.1'), 'wait-retry', 'deny-fsdax', 'bias+pincount', 'private-zero-based'),
  preset('linux-6.15', 'Linux 6.15: DAX pages counted from zero', shipped('linux-6.15'), 'wait-retry', 'deny-fsdax', 'bias+pincount', 'zero-based', {}),
  preset('chinner-2017-busy-extents', 'Chinner 2017: busy extents', source('thread of 30 Oct 2017', 'S'), 'busy-extent', 'allow-all', 'get-only', 'one-based'),
  preset('williams-2017-retry', 'Williams 2017: unlock, wait, retry', source('thread of 30 Oct 2017', 'S'), 'wait-retry', 'deny-fsdax', 'get-only', 'one-based'),
];
