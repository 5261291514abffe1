import { files, operations } from '@shared/state/tables';
import { assume } from '../engine/assume';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, site } from '../engine/step';
import { kernel } from '../kernel';
import { CACHE_MODE, changeCached, isPageCache } from './cache-layout';
import { IN_USE_READS, isInUse } from './open-files';
import { BUSY_READS, firstBusyIndex, removeBlocks } from './remove-blocks';

const T = frame('file', 'op', 'pfn');

const END = Number.MAX_SAFE_INTEGER;
const WHOLE_FILE_PAGES = 2 ** 30;
const gone = at(files.gone, T.file);
const free = site(removeBlocks, T.file, 0, WHOLE_FILE_PAGES, T.op);
const freeCached = site(changeCached, T.file, 0, WHOLE_FILE_PAGES, T.op, CACHE_MODE.evict);
const busy = (): number => firstBusyIndex(T.file.v, 0, END);
const waits = (): boolean => kernel.policy.truncateVsDma.onEviction === 'wait-by-default' || (kernel.policy.truncateVsDma.onEviction === 'by-era' && kernel.policy.knobs.evictionWaits);

/**
 * The last name and the last user of a file are gone: its blocks are freed. Up to 6.14 whatever a device still does with them;
 * later the evicting task first sleeps until no page is held, and no signal wakes it.
 */
export const evictInode = mechanism({
  name: 'evict-inode',
  source: 'spec 4.3, 4.5; fs/inode.c iput_final(), fs/dax.c dax_break_layout_final() (6.19), dax_disassociate_entry() (6.13)',
  frame: T,
  order: 'EV1 EV2 EV3 EV4',
  steps: {
    EV1: {
      title: 'does anything still lead to the inode?', reads: [gone, at(files.links, T.file), ...IN_USE_READS, ...BUSY_READS], writes: [gone, ...every(operations.assumed)], to: ['done'],
      run: () => {
        if (gone.v === 1 || files.links.get(T.file.v) > 0 || isInUse(T.file.v)) return done();
        gone.v = 1;
        if (kernel.policy.truncateVsDma.onEviction === 'wait-by-default' && busy() >= 0) assume();
      },
    },
    EV2: {
      title: 'wait until no page is held (6.15+)', when: () => !waits() || busy() < 0, waitsFor: { kind: 'file-idle', file: 'file' },
      reads: BUSY_READS,
    },
    EV3: { title: 'free its blocks', calls: [free, freeCached], run: () => call(isPageCache(T.file.v) ? freeCached : free) },
    EV4: {
      title: 'the inode is gone', to: ['done'],
      run: () => {
        emit('inode-evicted', T.file.v);
        return done();
      },
    },
  },
});
