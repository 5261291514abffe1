import { ERRNO } from '@shared/domain/errno';
import { targetControllers, targetRequests } from '@shared/state/nvmet-tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { mechanism } from '../engine/mechanism';
import { at, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { phaseOf, setPhase } from './nvmet-requests';
import { nextOrder } from './queue-pairs';

const T = frame('request', 'controller', 'writes', 'pages');

const PHASE = at(targetRequests.state, T.request);
const responded = at(targetRequests.responded, T.request);
const status = at(targetRequests.status, T.request);

/** What block I/O of the host answers to an NVMe status (nvme_error_status(), blk_status_to_errno()). */
const ERRNO_OF = [0, ERRNO.EOPNOTSUPP, ERRNO.EIO] as const;

/** A read or write of a host that is connected with an NVMe-oF target. Answers bytes. */
export const hostIo = mechanism({
  name: 'nvmf-io',
  source: 'spec 7.5; drivers/nvme/host/rdma.c nvme_rdma_queue_rq(), core.c nvme_error_status() (6.19)',
  frame: T,
  order: 'NI0 NI1 NI2',
  steps: {
    NI0: { title: 'wait until the target is through with the one before', when: () => phaseOf(T.request.v) === 'none', waitsFor: { kind: 'target-request', request: 'request' }, reads: [PHASE] },
    NI1: {
      title: 'send the command', reads: [at(targetControllers.live, T.controller)], to: ['done'], costNs: () => kernel.costs.postNs,
      writes: [PHASE, responded, status, ...[targetRequests.controller, targetRequests.writes, targetRequests.pages].map(column => at(column, T.request))],
      run: () => {
        if (targetControllers.live.get(T.controller.v) === 0) return fail(ERRNO.ENXIO);
        responded.v = 0;
        status.v = 0;
        targetRequests.controller.set(T.request.v, T.controller.v);
        targetRequests.writes.set(T.request.v, T.writes.v);
        targetRequests.pages.set(T.request.v, T.pages.v);
        targetRequests.order.set(T.request.v, nextOrder());
        setPhase(T.request.v, 'sent');
      },
    },
    NI2: {
      title: 'sleep until the target has answered', when: () => responded.v === 1, waitsFor: { kind: 'target-request', request: 'request' }, reads: [responded, status], to: ['done'],
      run: () => (status.v === 0 ? done(T.pages.v * PAGE_BYTES) : fail(ERRNO_OF[status.v])),
    },
  },
});
