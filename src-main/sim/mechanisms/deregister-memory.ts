import { ERRNO } from '@shared/domain/errno';
import { ACCESS } from '@shared/domain/rdma-access';
import { intervals } from '@shared/state/notifier-tables';
import { dmabufs, nics, protectionDomains, regions } from '@shared/state/rdma-tables';
import { holders, processes } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { done, fail, sleep } from '../engine/step';
import { DROP_READS, DROP_TERMS, dropHold } from './folio-counts';
import { NIC_TERMS, zapForNic } from './nic-table';
import { dirtyHeld, DIRTY_TERMS, HELD_READS } from './page-cache';

const T = frame('mr', 'process', 'fenced');

const state = at(regions.state, T.mr);
const pieces = at(regions.pieces, T.mr);
const inflight = at(regions.inflight, T.mr);
const PINNED_BUFFER = regions.kind.valueOf('dmabuf-pinned');
const VALID = regions.state.valueOf('valid');
const GONE = [regions.charged, regions.pageCount, regions.access, regions.nic, regions.op, regions.pd, regions.kind, regions.vpnFirst, regions.startByte, regions.bytes, regions.dmabuf, regions.fault, regions.faultPage, regions.faultFailed];

/** A driver that unpins before its fence is the defect of a lab (`deregFence: false`). */
const unpinsFirst = (): boolean => T.fenced.v === 0 && nics.skipsFence.get(regions.nic.get(T.mr.v)) === 1;

/** ibv_dereg_mr(): no new translations, then the fence, then the pins go (spec 6.5; the order is invariant S8). */
export const deregisterMemory = mechanism({
  name: 'deregister-memory',
  source: 'spec 6.5 DR1–DR5; drivers/infiniband/core/umem.c __ib_umem_release() (6.19)',
  frame: T,
  order: 'DR1 DR2 DR3 DR4 DR4w DR5',
  steps: {
    DR1: {
      title: 'no new translations', reads: [state, at(regions.windows, T.mr), at(regions.nic, T.mr)], writes: [state], to: ['DR2', 'DR4', 'done'],
      run: go => {
        if (state.v !== VALID || regions.windows.get(T.mr.v) > 0) return fail(ERRNO.EINVAL);
        state.v = regions.state.valueOf('invalidating');
        return unpinsFirst() ? go.DR4 : go.DR2;
      },
    },
    DR2: {
      title: 'wait until accesses in flight are through', when: () => inflight.v === 0, waitsFor: { kind: 'drained', mr: 'mr' }, reads: [inflight],
      run: () => { T.fenced.v = 1; },
    },
    DR3: {
      title: 'invalidate and unmap from the NIC', reads: [at(regions.pageCount, T.mr)], writes: [state, ...NIC_TERMS],
      run: () => {
        state.v = regions.state.valueOf('invalid');
        zapForNic(T.mr.v, 0, regions.pageCount.get(T.mr.v));
      },
    },
    DR4: {
      title: 'mark one piece dirty if it could be written, and unpin it', reads: [...DROP_READS, ...HELD_READS, pieces, at(regions.op, T.mr), at(regions.access, T.mr), ...every(holders.pfnFirst, holders.pageCount)], writes: [...DROP_TERMS, ...DIRTY_TERMS, pieces], to: ['DR4', 'DR4w'],
      run: go => {
        if (pieces.v === 0) return go.DR4w;
        pieces.v -= 1;
        const holder = holders.$.row(regions.op.get(T.mr.v), pieces.v);
        if ((regions.access.get(T.mr.v) & ACCESS['local-write']) !== 0) dirtyHeld(holders.host.get(holder), holders.pfnFirst.get(holder), holders.pageCount.get(holder));
        return sleep(dropHold(holder), pieces.v > 0 ? go.DR4 : go.DR4w);
      },
    },
    DR4w: { title: 'the fence, unless it is behind', reads: [at(regions.nic, T.mr)], to: ['DR2', 'DR5'], run: go => (unpinsFirst() ? go.DR2 : go.DR5) },
    DR5: {
      title: 'give the charge back', to: ['done'],
      reads: [at(regions.charged, T.mr), at(processes.pinnedVm, T.process), at(regions.pd, T.mr), at(regions.kind, T.mr), at(regions.dmabuf, T.mr)],
      writes: [at(processes.pinnedVm, T.process), ...every(protectionDomains.usecnt, intervals.pageCount, dmabufs.pinned), ...GONE.map(column => at(column, T.mr))],
      run: () => {
        processes.pinnedVm.set(T.process.v, processes.pinnedVm.get(T.process.v) - regions.charged.get(T.mr.v));
        const pd = regions.pd.get(T.mr.v);
        if (pd !== 0) protectionDomains.usecnt.set(pd, protectionDomains.usecnt.get(pd) - 1);
        if (regions.kind.get(T.mr.v) === PINNED_BUFFER) dmabufs.pinned.set(regions.dmabuf.get(T.mr.v), dmabufs.pinned.get(regions.dmabuf.get(T.mr.v)) - 1);
        for (const column of GONE) column.set(T.mr.v, 0);
        intervals.pageCount.set(intervals.$.row(T.process.v, T.mr.v), 0);
        emit('mr-deregistered', T.mr.v);
        return done();
      },
    },
  },
});
