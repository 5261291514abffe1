import { ERRNO } from '@shared/domain/errno';
import { mappings, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { zapRange } from './address-space';
import { endInvalidation, END_READS, END_TERMS, invalidateRange, isWatched, WATCH_READS } from './mmu-notifier';
import { isHugetlb, isRawMemory } from './gup-rules';
import { isWhollyMapped, mappingsOf, REMOVE_READS, REMOVE_TERMS } from './vma';

/** Words of madvise(2) that change nothing but the address space, by number. */
export const ADVICE = { dontneed: 0, dontfork: 1, dofork: 2, pageout: 3 } as const;

const T = frame('process', 'vpn', 'pages', 'advice', 'told');
const tell = site(invalidateRange, T.process, T.vpn, T.pages, 0);

/** madvise(2). EINVAL for dontneed of locked memory; ENOMEM where part of the range is not mapped, the rest is done. */
export const adviseMemory = mechanism({
  name: 'madvise',
  source: 'spec 1.4; mm/madvise.c madvise_dontneed_single_vma(), madvise_vma_behavior() (6.19)',
  frame: T,
  order: 'MA1 MA2',
  steps: {
    MA1: {
      title: 'take mmap_lock exclusive; tell who copied the entries', takes: at(processes.mmapLock, T.process), reads: WATCH_READS, calls: [tell], costNs: () => kernel.costs.syscallNs,
      run: () => {
        T.told.v = T.advice.v === ADVICE.dontneed && isWatched(T.process.v) ? 1 : 0;
        return T.told.v === 1 ? call(tell) : undefined;
      },
    },
    MA2: {
      title: 'carry out the advice', drops: [at(processes.mmapLock, T.process)], to: ['done'], reads: [...REMOVE_READS, ...END_READS], writes: [...REMOVE_TERMS, ...END_TERMS], costNs: () => kernel.costs.unmapNs,
      run: () => {
        if (T.told.v === 1) endInvalidation(T.process.v);
        const isWhole = isWhollyMapped(T.process.v, T.vpn.v, T.pages.v);
        for (const mapping of mappingsOf(T.process.v, T.vpn.v, T.pages.v)) {
          if (T.advice.v === ADVICE.pageout) {
            // Without swap nothing leaves; what may not be looked at at all is refused (can_madv_lru_vma()).
            const file = mappings.file.get(mapping);
            if (mappings.locked.get(mapping) === 1 || isHugetlb(file) || isRawMemory(file)) return fail(ERRNO.EINVAL);
            continue;
          }
          if (T.advice.v !== ADVICE.dontneed) {
            mappings.dontFork.set(mapping, T.advice.v === ADVICE.dontfork ? 1 : 0);
            continue;
          }
          if (mappings.locked.get(mapping) === 1) return fail(ERRNO.EINVAL);
          const first = mappings.vpnFirst.get(mapping);
          emit('range-unmapped', T.process.v, first, zapRange(T.process.v, first, mappings.pageCount.get(mapping)));
        }
        return isWhole ? done() : fail(ERRNO.ENOMEM);
      },
    },
  },
});
