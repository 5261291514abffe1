import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import { gpuJobs } from '@shared/state/device-memory-tables';
import type { Row } from '@shared/state/dictionary';
import { dmabufs, regions } from '@shared/state/rdma-tables';
import { actors } from '@shared/state/tables';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, site } from '../engine/step';
import { kernel } from '../kernel';
import { DMABUF, DMABUF_FRAME_READS, DMABUF_FRAME_TERMS, holdOf, placeBuffer, refuse } from './dmabuf-frames';
import { dropHold } from './folio-counts';
import { isFinished, JOB_TERMS, submitJob, takeAnswer } from './gpu-engine';
import { NIC_ENTRY, NIC_TERMS, zapForNic } from './nic-table';

const X = frame('op', 'host', 'gpu', 'buffer', 'pages');

/** The driver of a GPU allocates device memory and exports it (dma_buf_export()). ENOMEM where the device has no room. */
export const exportDmabuf = mechanism({
  name: 'dmabuf-export',
  source: 'spec 6.8; drivers/dma-buf/dma-buf.c dma_buf_export(), drivers/gpu/drm/amd/amdgpu/amdgpu_dma_buf.c amdgpu_gem_prime_export() (6.19)',
  frame: X,
  order: 'DX1',
  steps: {
    DX1: {
      title: 'allocate and export', to: ['done'], costNs: () => kernel.costs.syscallNs,
      reads: [at(dmabufs.state, X.buffer), ...DMABUF_FRAME_READS], writes: [...[dmabufs.state, dmabufs.exporter, dmabufs.pageCount, dmabufs.op].map(column => at(column, X.buffer)), ...DMABUF_FRAME_TERMS],
      run: () => {
        if (dmabufs.state.get(X.buffer.v) !== DMABUF.absent) return refuse(X.buffer.v, ERRNO.EBUSY);
        dmabufs.exporter.set(X.buffer.v, X.gpu.v);
        dmabufs.pageCount.set(X.buffer.v, X.pages.v);
        dmabufs.op.set(X.buffer.v, X.op.v);
        if (!placeBuffer(X.buffer.v, X.host.v, 0)) {
          for (const column of [dmabufs.exporter, dmabufs.pageCount, dmabufs.op]) column.set(X.buffer.v, 0);
          return refuse(X.buffer.v, ERRNO.ENOMEM);
        }
        dmabufs.state.set(X.buffer.v, DMABUF.exported);
        emit('dmabuf-exported', X.buffer.v, X.pages.v);
        return done();
      },
    },
  },
});

const N = frame('buffer', 'mr', 'nth');

const importersOf = (buffer: Row): readonly Row[] => regions.$.rows(arena).filter(mr => regions.dmabuf.get(mr) === buffer && regions.kind.get(mr) !== regions.kind.valueOf('pinned') && regions.kind.get(mr) !== regions.kind.valueOf('odp'));
const isMapped = (mr: Row): boolean => regions.nicEntry.find(mr, 0, regions.pageCount.get(mr), entry => entry !== NIC_ENTRY.none) >= 0;

/**
 * dma_buf_move_notify(): every importer drops what it has of the buffer. The caller has the reservation lock. A pinned importer has
 * nothing to drop it with: it warns, and keeps what it has.
 */
export const moveNotify = mechanism({
  name: 'dmabuf-move-notify',
  source: 'spec 6.8; drivers/dma-buf/dma-buf.c dma_buf_move_notify(); drivers/infiniband/core/umem_dmabuf.c ib_umem_dmabuf_unsupported_move_notify(), hw/mlx5/odp.c mlx5_ib_dmabuf_invalidate_cb() (6.19)',
  frame: N,
  order: 'MN1 MN2',
  steps: {
    MN1: {
      title: 'tell the next importer', reads: every(regions.dmabuf, regions.kind, regions.pageCount, regions.nicEntry), to: ['MN1', 'done'],
      run: go => {
        N.mr.v = importersOf(N.buffer.v)[N.nth.v] ?? 0;
        N.nth.v += 1;
        if (N.mr.v === 0) return done();
        if (regions.kind.get(N.mr.v) !== regions.kind.valueOf('dmabuf-pinned')) return isMapped(N.mr.v) ? undefined : go.MN1;
        emit('move-notify-warned', N.mr.v);
        return go.MN1;
      },
    },
    MN2: {
      title: 'fence the NIC, and take its entries', when: () => regions.inflight.get(N.mr.v) === 0, waitsFor: { kind: 'drained', mr: 'mr' }, reads: [regions.inflight, regions.pageCount].map(column => at(column, N.mr)), writes: NIC_TERMS, to: ['MN1'],
      run: go => {
        zapForNic(N.mr.v, 0, regions.pageCount.get(N.mr.v));
        emit('importer-notified', N.mr.v);
        return go.MN1;
      },
    },
  },
});

const M = frame('host', 'buffer', 'place', 'from', 'errno', 'job');
const tellMoved = site(moveNotify, M.buffer);
const resv = at(dmabufs.resv, M.buffer);

/**
 * The exporter moves a buffer between the memory of its device and RAM: importers are told, the copy engine begins, and whoever maps
 * the buffer meanwhile waits for its fence. EBUSY while an importer has it pinned, ENOMEM where there is no room.
 */
export const moveDmabuf = mechanism({
  name: 'dmabuf-move',
  source: 'spec 6.8; drivers/gpu/drm/ttm/ttm_bo.c ttm_bo_evict(), ttm_bo_util.c ttm_bo_move_accel_cleanup(), amdgpu/amdgpu_object.c amdgpu_bo_move_notify() (6.19)',
  frame: M,
  order: 'DM1 DM2 DM3 DM4 DM5 DM6',
  steps: {
    DM1: {
      title: 'take the reservation lock; may it move?', takes: resv, reads: [dmabufs.state, dmabufs.pinned, dmabufs.location, dmabufs.fenced].map(column => at(column, M.buffer)), calls: [tellMoved], to: ['DM6'], costNs: () => kernel.costs.syscallNs,
      run: go => {
        const isBusy = dmabufs.pinned.get(M.buffer.v) > 0 || dmabufs.fenced.get(M.buffer.v) === 1;
        M.errno.v = dmabufs.state.get(M.buffer.v) !== DMABUF.exported ? ERRNO.EINVAL : isBusy ? ERRNO.EBUSY : 0;
        M.from.v = dmabufs.location.get(M.buffer.v);
        return M.errno.v !== 0 || M.from.v === M.place.v ? go.DM6 : call(tellMoved);
      },
    },
    DM2: {
      title: 'find room and start the copy: it is there from now on', reads: [...DMABUF_FRAME_READS, at(dmabufs.pageCount, M.buffer), at(dmabufs.exporter, M.buffer)], writes: [...DMABUF_FRAME_TERMS, at(dmabufs.fenced, M.buffer), ...JOB_TERMS], to: ['DM6'],
      run: go => {
        const pfnFrom = dmabufs.pfnFirst.get(M.buffer.v);
        if (!placeBuffer(M.buffer.v, M.host.v, M.place.v)) {
          M.errno.v = ERRNO.ENOMEM;
          return go.DM6;
        }
        M.job.v = gpuJobs.$.row(actors.nth.get(machine.self));
        dmabufs.fenced.set(M.buffer.v, 1);
        submitJob(M.job.v, { kind: 'copy', gpu: dmabufs.exporter.get(M.buffer.v), pages: dmabufs.pageCount.get(M.buffer.v), pfnFrom, pfnTo: dmabufs.pfnFirst.get(M.buffer.v) });
        emit('dmabuf-moved', M.buffer.v, dmabufs.pfnFirst.get(M.buffer.v), dmabufs.pageCount.get(M.buffer.v));
        return undefined;
      },
    },
    DM3: { title: 'drop the reservation lock', drops: [resv] },
    DM4: { title: 'wait for the copy engine', when: () => isFinished(M.job.v), waitsFor: { kind: 'gpu-job', job: 'job' }, reads: [at(gpuJobs.state, M.job)] },
    DM5: {
      title: 'signal the fence; the old frames go', reads: [...DMABUF_FRAME_READS, at(dmabufs.pageCount, M.buffer)], writes: [...JOB_TERMS, at(dmabufs.fenced, M.buffer), ...DMABUF_FRAME_TERMS], to: ['done'],
      run: () => {
        takeAnswer(M.job.v);
        dmabufs.fenced.set(M.buffer.v, 0);
        dropHold(holdOf(M.buffer.v, M.from.v));
        return done(dmabufs.pageCount.get(M.buffer.v));
      },
    },
    DM6: { title: 'it stays', drops: [resv], to: ['done'], run: () => (M.errno.v === 0 ? done() : refuse(M.buffer.v, M.errno.v)) },
  },
});

const V = frame('buffer');
const tellRevoked = site(moveNotify, V.buffer);

/** The exporter takes a buffer away for good: importers are told, and who maps it from now on is refused. */
export const revokeDmabuf = mechanism({
  name: 'dmabuf-revoke',
  source: 'spec 6.8; drivers/vfio/pci/vfio_pci_dmabuf.c vfio_pci_dma_buf_move(), drivers/infiniband/core/umem_dmabuf.c ib_umem_dmabuf_map_pages() (6.19)',
  frame: V,
  order: 'DV1 DV2',
  steps: {
    DV1: { title: 'take the reservation lock, and tell the importers', takes: at(dmabufs.resv, V.buffer), calls: [tellRevoked], costNs: () => kernel.costs.syscallNs, run: () => call(tellRevoked) },
    DV2: {
      title: 'revoked', drops: [at(dmabufs.resv, V.buffer)], reads: [at(dmabufs.state, V.buffer)], writes: [at(dmabufs.state, V.buffer)], to: ['done'],
      run: () => {
        if (dmabufs.state.get(V.buffer.v) !== DMABUF.exported) return refuse(V.buffer.v, ERRNO.EINVAL);
        dmabufs.state.set(V.buffer.v, DMABUF.revoked);
        emit('dmabuf-revoked', V.buffer.v);
        return done();
      },
    },
  },
});
