import { ERRNO } from '@shared/domain/errno';
import { ACCESS } from '@shared/domain/rdma-access';
import type { Row } from '@shared/state/dictionary';
import { regions, windows } from '@shared/state/rdma-tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';

/** Points a window at part of a registration, 0 for none; its old key is invalid from then on. */
export function bindWindow(window: Row, mr: Row, firstByte: number, bytes: number, access: number): void {
  const before = windows.mr.get(window);
  if (before !== 0) regions.windows.set(before, regions.windows.get(before) - 1);
  if (mr !== 0) regions.windows.set(mr, regions.windows.get(mr) + 1);
  windows.mr.set(window, mr);
  windows.firstByte.set(window, firstByte);
  windows.bytes.set(window, bytes);
  windows.access.set(window, access);
  windows.key.set(window, windows.key.get(window) + 1);
}

/** Pages and bytes name the part of the registration; words of a frame hold 31 bits. */
const T = frame('window', 'mr', 'page', 'byte', 'pages', 'bytes', 'access');

/** Posts a bind of a type 2 window and takes its completion. A registration of `mr` 0 unbinds it. */
export const bindMemoryWindow = mechanism({
  name: 'bind-mw',
  source: 'spec 6.2; drivers/infiniband/sw/rxe/rxe_mw.c rxe_check_bind_mw(), rxe_do_bind_mw() (6.19)',
  frame: T,
  order: 'BW1',
  steps: {
    BW1: {
      title: 'bind the window', reads: [regions.state, regions.access, regions.bytes].map(column => at(column, T.mr)), to: ['done'], costNs: () => kernel.costs.postNs,
      writes: [...[windows.mr, windows.firstByte, windows.bytes, windows.access, windows.key].map(column => at(column, T.window)), ...every(regions.windows)],
      run: () => {
        const first = T.page.v * PAGE_BYTES + T.byte.v;
        const bytes = T.pages.v * PAGE_BYTES + T.bytes.v;
        if (T.mr.v !== 0 && !mayBind(first + bytes)) return fail(ERRNO.EINVAL);
        bindWindow(T.window.v, T.mr.v, first, bytes, T.access.v);
        return done();
      },
    },
  },
});

/** The registration must allow windows, and writing through one needs the right of local writes. */
function mayBind(endByte: number): boolean {
  const access = regions.access.get(T.mr.v);
  if (regions.state.get(T.mr.v) !== regions.state.valueOf('valid') || (access & ACCESS['mw-bind']) === 0) return false;
  const writes = (T.access.v & (ACCESS['remote-write'] | ACCESS['remote-atomic'])) !== 0;
  return (!writes || (access & ACCESS['local-write']) !== 0) && endByte <= regions.bytes.get(T.mr.v);
}
