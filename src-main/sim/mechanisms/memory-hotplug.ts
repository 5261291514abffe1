import { ERRNO } from '@shared/domain/errno';
import { memoryBlocks } from '@shared/state/placement-tables';
import { actors, hosts } from '@shared/state/tables';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { USE } from './frames';
import { ISOLATE_READS, ISOLATE_TERMS, isolateFolios, migrateFolios, TO } from './migrate-folios';
import { isHeldByNobody } from './move-pages';

/** Words that may be written to the state file of a memory block. */
export const BLOCK_WRITES = { offline: 0, online_kernel: 1, online_movable: 2, online: 1 } as const;

const T = frame('op', 'host', 'block', 'write', 'tried');

const state = at(memoryBlocks.state, T.block);
const migrate = site(migrateFolios, T.op, T.host, TO.elsewhere);
const memory = (): { readonly firstPfn: number; readonly end: number } => {
  const { firstPfn, pageCount } = kernel.memories[memoryBlocks.nth.get(T.block.v)];
  return { firstPfn, end: firstPfn + pageCount };
};

/** First frame of the blocks, from `pfn` on, that is handed out; −1 if none is. */
const nextInUse = (pfn: number): number => hosts.use.find(T.host.v, pfn, memory().end, use => use !== USE.free);

/** Whether there is nothing left, or something that would move now. */
function isWorthATry(): boolean {
  if (T.tried.v === 0 || nextInUse(memory().firstPfn) < 0) return true;
  for (let pfn = nextInUse(memory().firstPfn); pfn >= 0; pfn = nextInUse(pfn)) {
    if (isHeldByNobody(T.host.v, pfn)) return true;
    pfn = Math.min(...[hosts.use, hosts.refs, hosts.maps, hosts.mapping].map(field => field.runEnd(T.host.v, pfn)));
    if (pfn >= memory().end) break;
  }
  return false;
}

/** Takes everything movable of the blocks off the LRU. */
function isolateAll(): void {
  for (let pfn = nextInUse(memory().firstPfn); pfn >= 0 && pfn < memory().end; pfn = nextInUse(pfn)) {
    const end = Math.min(memory().end, hosts.use.runEnd(T.host.v, pfn));
    isolateFolios(T.op.v, T.host.v, pfn, end - pfn);
    pfn = end;
  }
}

/** Putting memory blocks online, in a zone, or offline. Offlining moves pages away again and again until none is left: a held page makes it wait, without a timeout. */
export const writeMemoryBlock = mechanism({
  name: 'memory-block',
  source: 'spec 8.12; mm/memory_hotplug.c offline_pages(), do_migrate_range(), online_pages(), mm/page_isolation.c has_unmovable_pages() (6.19)',
  frame: T,
  order: 'MO1 MO2 MO3 MO4',
  steps: {
    MO1: {
      title: 'put the blocks online, or begin to take them offline', reads: [state, ...every(hosts.use)], writes: [state, at(memoryBlocks.zone, T.block)], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        if (T.write.v === BLOCK_WRITES.offline) {
          if (state.v === memoryBlocks.state.valueOf('offline')) return done();
          if (state.v === memoryBlocks.state.valueOf('going offline')) return fail(ERRNO.EBUSY);
          // has_unmovable_pages(): what is lent to a device will never move.
          if (hosts.use.find(T.host.v, memory().firstPfn, memory().end, use => use === USE.device) >= 0) return fail(ERRNO.EBUSY);
          state.v = memoryBlocks.state.valueOf('going offline');
          return undefined;
        }
        if (state.v !== memoryBlocks.state.valueOf('offline')) return done();
        state.v = memoryBlocks.state.valueOf('online');
        memoryBlocks.zone.set(T.block.v, memoryBlocks.zone.valueOf(T.write.v === BLOCK_WRITES.online_movable ? 'movable' : 'normal'));
        return done();
      },
    },
    MO2: {
      title: 'isolate what is still there, once some of it may move', when: isWorthATry, waitsFor: { kind: 'offlining', block: 'block' }, interruptible: 'signal', to: ['MO4'],
      reads: [...ISOLATE_READS, ...every(hosts.refs, hosts.maps, hosts.mapping, actors.signal, actors.dead)], writes: [...ISOLATE_TERMS, state],
      run: go => {
        if (nextInUse(memory().firstPfn) < 0) return go.MO4;
        if (T.tried.v === 1 && (actors.signal.get(machine.self) !== 0 || actors.dead.get(machine.self) !== 0)) {
          state.v = memoryBlocks.state.valueOf('online');
          T.tried.v = ERRNO.EINTR;
          return go.MO4;
        }
        T.tried.v = 1;
        isolateAll();
      },
    },
    MO3: { title: 'move it away', calls: [migrate], to: ['MO2'], run: go => call(migrate, go.MO2) },
    MO4: {
      title: 'the blocks are offline', writes: [state], to: ['done'],
      run: () => {
        if (T.tried.v === ERRNO.EINTR) return fail(ERRNO.EINTR);
        state.v = memoryBlocks.state.valueOf('offline');
        return done();
      },
    },
  },
});
