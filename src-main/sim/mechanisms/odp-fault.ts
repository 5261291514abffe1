import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { intervals } from '@shared/state/notifier-tables';
import { regions } from '@shared/state/rdma-tables';
import { processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame, pagesAt } from '../engine/place';
import { call, site } from '../engine/step';
import { kernel } from '../kernel';
import { PTE } from './address-space';
import { beginReading, mustReadAgain } from './mmu-notifier';
import { mapDmabuf } from './dmabuf-importer';
import { mapForNic, NIC_ENTRY, NIC_TERMS } from './nic-table';
import { pageFault } from './page-fault';

const T = frame('nic', 'mr', 'process', 'interval', 'page', 'vpn', 'write', 'pte', 'pfn', 'buffer');

/** The NIC’s driver is told by the exporter, not by an address space. */
const mapBuffer = site(mapDmabuf, T.mr, T.buffer, 0);

const fault = site(pageFault, T.process, T.vpn, 1, T.write, 0);
const pte = pagesAt(processes.pte, T.process);
const pfnDelta = pagesAt(processes.pfnDelta, T.process);
const mmapLock = at(processes.mmapLock, T.process);
const umemMutex = at(intervals.lock, T.interval);
const reading = at(intervals.reading, T.interval);
const VALID = regions.state.valueOf('valid');

const faulting = (): Row => regions.$.rows(arena).find(mr => regions.nic.get(mr) === T.nic.v && regions.fault.get(mr) !== 0) ?? 0;
const suits = (entry: number): boolean => entry === PTE.write || (T.write.v === 0 && (entry === PTE.read || entry === PTE.zero));

/** Error resume: whoever comes again for the page is refused (spec 6.7, 6.6). */
function giveUp(): void {
  regions.faultFailed.set(T.mr.v, T.page.v + 1);
  regions.fault.set(T.mr.v, 0);
  emit('nic-fault-failed', T.mr.v, T.page.v);
}

/**
 * The driver brings pages of on-demand registrations that the NIC found missing, one after the other. It looks again where an
 * invalidation came between; nothing bounds how often (invariant L7).
 */
export const odpFault = mechanism({
  name: 'odp-fault',
  source: 'spec 6.7 OF1–OF5, 6.8; drivers/infiniband/core/umem_odp.c ib_umem_odp_map_dma_and_lock(), hw/mlx5/odp.c pagefault_real_mr() (6.19)',
  frame: T,
  order: 'OF1 OFd OF2 OF3 OF3f OF3r OF4 OF2r OF5',
  steps: {
    OF1: {
      title: 'take a page fault of the NIC', when: () => faulting() !== 0, waitsFor: { kind: 'work' }, reads: every(regions.fault, regions.faultPage, regions.nic, regions.state, regions.vpnFirst, regions.dmabuf, processes.exited), calls: [mapBuffer], to: ['OF1', 'OF2'],
      writes: every(regions.fault, regions.faultFailed),
      run: go => {
        T.mr.v = faulting();
        T.process.v = regions.process.get(T.mr.v);
        T.page.v = regions.faultPage.get(T.mr.v);
        T.write.v = regions.fault.get(T.mr.v) === regions.fault.valueOf('write') ? 1 : 0;
        T.vpn.v = regions.vpnFirst.get(T.mr.v) + T.page.v;
        T.interval.v = intervals.$.row(T.process.v, T.mr.v);
        T.buffer.v = regions.dmabuf.get(T.mr.v);
        if (regions.state.get(T.mr.v) !== VALID || processes.exited.get(T.process.v) !== 0) {
          giveUp();
          return go.OF1;
        }
        return T.buffer.v === 0 ? go.OF2 : call(mapBuffer);
      },
    },
    OFd: {
      title: 'of a dma-buf: take the answer of its exporter', writes: every(regions.fault, regions.faultFailed), to: ['OF1'],
      run: go => {
        if (answer.result < 0) giveUp();
        else regions.fault.set(T.mr.v, 0);
        return go.OF1;
      },
    },
    OF2: {
      title: 'begin to read under the notifier', when: () => intervals.invalid.get(T.interval.v) === 0, waitsFor: { kind: 'invalidation', interval: 'interval' },
      reads: [at(intervals.invalid, T.interval), reading], writes: [reading], run: () => { beginReading(T.interval.v); },
    },
    OF3: {
      title: 'look the page up, fault it in if need be', takes: mmapLock, shared: true, reads: [pte], calls: [fault], to: ['OF3r'],
      run: go => (suits(pte.at(T.vpn.v)) ? go.OF3r : call(fault)),
    },
    OF3f: {
      title: 'take the fault\u2019s answer', drops: [mmapLock], reads: [reading], writes: [reading, ...every(regions.fault, regions.faultFailed)], to: ['OF1', 'OF2'], beginsRound: true,
      run: go => {
        mustReadAgain(T.interval.v);
        if (answer.result >= 0) return go.OF2;
        giveUp();
        return go.OF1;
      },
    },
    OF3r: {
      title: 'copy the page-table entry', drops: [mmapLock], reads: [pte, pfnDelta],
      run: () => {
        T.pte.v = pte.at(T.vpn.v);
        T.pfn.v = T.vpn.v + pfnDelta.at(T.vpn.v);
      },
    },
    OF4: {
      title: 'take umem_mutex; has an invalidation come between?', takes: umemMutex, reads: [reading], writes: [reading], to: ['OF5', 'OF2r'],
      run: go => (mustReadAgain(T.interval.v) ? go.OF2r : go.OF5),
    },
    OF2r: { title: 'look again', drops: [umemMutex], to: ['OF2'], beginsRound: true, run: go => go.OF2 },
    OF5: {
      title: 'map the page for the NIC', drops: [umemMutex], reads: [at(regions.state, T.mr)], writes: [...NIC_TERMS, ...every(regions.fault)], to: ['OF1'], costNs: () => kernel.costs.faultNs,
      run: go => {
        const entry = T.pte.v === PTE.zero ? NIC_ENTRY.zero : T.pte.v === PTE.write ? NIC_ENTRY.write : NIC_ENTRY.read;
        if (regions.state.get(T.mr.v) === VALID) mapForNic(T.mr.v, T.page.v, T.pfn.v, 1, entry);
        regions.fault.set(T.mr.v, 0);
        return go.OF1;
      },
    },
  },
});
