import { ERRNO } from '@shared/domain/errno';
import { holders, processes, regions } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { DROP_READS, DROP_TERMS, dropHold } from './folio-counts';

const T = frame('mr', 'process');

const state = at(regions.state, T.mr);
const pieces = at(regions.pieces, T.mr);
const VALID = regions.state.valueOf('valid');

/** ibv_dereg_mr(): no new translations, then the fence, then the pins go (spec 6.5; the order is invariant S8). */
export const deregisterMemory = mechanism({
  name: 'deregister-memory',
  source: 'spec 6.5 DR1–DR5; drivers/infiniband/core/umem.c __ib_umem_release() (6.19)',
  frame: T,
  order: 'DR1 DR2 DR3 DR4 DR5',
  steps: {
    DR1: {
      title: 'no new translations', reads: [state], writes: [state], to: ['done'],
      run: () => {
        if (state.v !== VALID) return fail(ERRNO.EINVAL);
        state.v = regions.state.valueOf('invalidating');
      },
    },
    DR2: {
      title: 'wait until accesses in flight are through', when: () => regions.inflight.get(T.mr.v) === 0, waitsFor: { kind: 'drained', mr: 'mr' },
      reads: [at(regions.inflight, T.mr)],
    },
    DR3: { title: 'invalidate and unmap from the NIC', writes: [state], run: () => { state.v = regions.state.valueOf('invalid'); } },
    DR4: {
      title: 'unpin one piece', reads: [...DROP_READS, pieces, at(regions.op, T.mr)], writes: [...DROP_TERMS, pieces],
      costNs: () => kernel.costs.unpinPageNs,
      run: () => {
        if (pieces.v === 0) return;
        pieces.v -= 1;
        dropHold(holders.$.row(regions.op.get(T.mr.v), pieces.v));
      },
      again: () => pieces.v > 0,
    },
    DR5: {
      title: 'give the charge back', to: ['done'],
      reads: [at(regions.charged, T.mr), at(processes.pinnedVm, T.process)],
      writes: [at(processes.pinnedVm, T.process), ...[regions.charged, regions.pageCount, regions.remoteWrite, regions.nic, regions.op].map(column => at(column, T.mr))],
      run: () => {
        processes.pinnedVm.set(T.process.v, processes.pinnedVm.get(T.process.v) - regions.charged.get(T.mr.v));
        for (const column of [regions.charged, regions.pageCount, regions.remoteWrite, regions.nic, regions.op]) column.set(T.mr.v, 0);
        emit('mr-deregistered', T.mr.v);
        return done();
      },
    },
  },
});
