import { ACCESS } from '@shared/domain/rdma-access';
import { ERRNO } from '@shared/domain/errno';
import { dmabufs, nics, protectionDomains, regions } from '@shared/state/rdma-tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { DMABUF, refuse } from './dmabuf-frames';
import { mapForNic, NIC_ENTRY, NIC_TERMS } from './nic-table';

const VALID = regions.state.valueOf('valid');

const B = frame('mr', 'buffer', 'pinning');
const resv = at(dmabufs.resv, B.buffer);

/**
 * ib_umem_dmabuf_map_pages(): under the reservation lock the NIC gets the frames where the buffer is now, once the work of the
 * exporter on it is done. EINVAL after a revoke, or where the registration is on its way out.
 */
export const mapDmabuf = mechanism({
  name: 'dmabuf-map',
  source: 'spec 6.8; drivers/infiniband/core/umem_dmabuf.c ib_umem_dmabuf_map_pages(), ib_umem_dmabuf_get_pinned_with_dma_device(), hw/mlx5/odp.c pagefault_dmabuf_mr() (6.19)',
  frame: B,
  order: 'DB1 DB2 DB3',
  steps: {
    DB1: {
      title: 'take the reservation lock', takes: resv, reads: [at(dmabufs.state, B.buffer), at(regions.state, B.mr)], to: ['DB3'],
      run: go => (dmabufs.state.get(B.buffer.v) === DMABUF.exported && regions.state.get(B.mr.v) === VALID ? undefined : go.DB3),
    },
    DB2: {
      title: 'wait for the fences of the exporter, and map the frames', when: () => dmabufs.fenced.get(B.buffer.v) === 0, waitsFor: { kind: 'dmabuf-fence', buffer: 'buffer' }, drops: [resv], to: ['done'], costNs: () => kernel.costs.faultNs,
      reads: [...[dmabufs.fenced, dmabufs.pfnFirst].map(column => at(column, B.buffer)), at(regions.state, B.mr), at(regions.vpnFirst, B.mr), at(regions.pageCount, B.mr)], writes: [...NIC_TERMS, at(dmabufs.pinned, B.buffer)],
      run: () => {
        if (regions.state.get(B.mr.v) !== VALID) return fail(ERRNO.EINVAL);
        mapForNic(B.mr.v, 0, dmabufs.pfnFirst.get(B.buffer.v) + regions.vpnFirst.get(B.mr.v), regions.pageCount.get(B.mr.v), NIC_ENTRY.write);
        if (B.pinning.v === 1) dmabufs.pinned.set(B.buffer.v, dmabufs.pinned.get(B.buffer.v) + 1);
        return done();
      },
    },
    DB3: { title: 'drop the lock and refuse', drops: [resv], to: ['done'], run: () => fail(ERRNO.EINVAL) },
  },
});

/** `page` is where the range begins in the buffer. The MR row is born absent. */
const T = frame('op', 'mr', 'nic', 'access', 'pd', 'buffer', 'page', 'pages', 'pinning');

const map = site(mapDmabuf, T.mr, T.buffer, T.pinning);
const COLUMNS = [regions.state, regions.kind, regions.pageCount, regions.bytes, regions.vpnFirst, regions.access, regions.nic, regions.pd, regions.op, regions.key, regions.dmabuf];
const has = (...words: readonly (keyof typeof ACCESS)[]): boolean => words.some(word => (T.access.v & ACCESS[word]) !== 0);

/** What the core and the driver refuse before they look at the buffer (ib_check_mr_access(), mlx5_ib_reg_user_mr_dmabuf()). */
function refusal(): number {
  if (has('remote-write', 'remote-atomic') && !has('local-write')) return ERRNO.EINVAL;
  if (has('on-demand', 'mw-bind')) return ERRNO.EOPNOTSUPP;
  if (regions.state.get(T.mr.v) !== 0) return ERRNO.EBUSY;
  const isInside = T.page.v >= 0 && T.pages.v > 0 && T.page.v + T.pages.v <= dmabufs.pageCount.get(T.buffer.v);
  return dmabufs.state.get(T.buffer.v) === DMABUF.exported && isInside ? 0 : ERRNO.EINVAL;
}

function describe(): void {
  regions.state.set(T.mr.v, VALID);
  regions.kind.set(T.mr.v, regions.kind.valueOf(T.pinning.v === 1 ? 'dmabuf-pinned' : 'dmabuf'));
  regions.pageCount.set(T.mr.v, T.pages.v);
  regions.bytes.set(T.mr.v, T.pages.v * PAGE_BYTES);
  regions.vpnFirst.set(T.mr.v, T.page.v);
  regions.access.set(T.mr.v, T.access.v);
  regions.nic.set(T.mr.v, T.nic.v);
  regions.pd.set(T.mr.v, T.pd.v);
  regions.op.set(T.mr.v, T.op.v);
  regions.dmabuf.set(T.mr.v, T.buffer.v);
  regions.key.set(T.mr.v, regions.key.get(T.mr.v) + 1);
  if (T.pd.v !== 0) protectionDomains.usecnt.set(T.pd.v, protectionDomains.usecnt.get(T.pd.v) + 1);
}

/**
 * ibv_reg_dmabuf_mr(): a NIC that takes page faults imports dynamically, any other pins the buffer where it is. No page of a process
 * is pinned, nothing is charged. EINVAL for a range beyond the buffer, or a buffer that was revoked.
 */
export const registerDmabuf = mechanism({
  name: 'register-dmabuf',
  source: 'spec 6.8; drivers/infiniband/core/umem_dmabuf.c ib_umem_dmabuf_get(), ib_umem_dmabuf_get_pinned(); hw/mlx5/mr.c mlx5_ib_reg_user_mr_dmabuf() (6.19)',
  frame: T,
  order: 'RD1 RD2 RD3',
  steps: {
    RD1: {
      title: 'check the rights and the range; the keys are given', to: ['done'], costNs: () => kernel.costs.syscallNs, calls: [map],
      reads: [...[dmabufs.state, dmabufs.pageCount].map(column => at(column, T.buffer)), at(regions.state, T.mr), ...every(protectionDomains.isLive)], writes: [...COLUMNS.map(column => at(column, T.mr)), ...every(protectionDomains.usecnt)],
      run: () => {
        const isDead = T.pd.v !== 0 && protectionDomains.isLive.get(T.pd.v) === 0;
        const errno = isDead ? ERRNO.EINVAL : refusal();
        if (errno !== 0) return refuse(T.buffer.v, errno);
        T.pinning.v = nics.odp.get(T.nic.v) === 1 ? 0 : 1;
        describe();
        return call(map);
      },
    },
    RD2: {
      title: 'the buffer was taken away meanwhile: undo', writes: [...COLUMNS.map(column => at(column, T.mr)), ...every(protectionDomains.usecnt)], to: ['RD3', 'done'],
      run: go => {
        if (answer.result >= 0) return go.RD3;
        if (T.pd.v !== 0) protectionDomains.usecnt.set(T.pd.v, protectionDomains.usecnt.get(T.pd.v) - 1);
        for (const column of COLUMNS) if (column !== regions.key) column.set(T.mr.v, 0);
        return refuse(T.buffer.v, answer.errno);
      },
    },
    RD3: {
      title: 'registered', to: ['done'],
      run: () => {
        emit('mr-registered', T.mr.v, T.pages.v);
        return done();
      },
    },
  },
});
