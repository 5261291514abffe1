import type { Row } from '@shared/state/dictionary';
import { targetControllers, targetRequests } from '@shared/state/nvmet-tables';
import { operations } from '@shared/state/tables';
import { emit } from '../engine/events';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { kernel } from '../kernel';
import { ACCESS_READS, ACCESS_TERMS, noteAccess } from './device-access';
import { phaseOf, requestsIn, setPhase, TARGET_STATUS } from './nvmet-requests';

const T = frame('controller', 'request');

const next = (): Row => requestsIn(T.controller.v, 'sent', 'fetching data', 'answering')[0] ?? 0;
const nic = (): Row => targetControllers.nic.get(T.controller.v);
const transferNs = (): number => kernel.transferNs(nic(), targetRequests.pfnFirst.get(T.request.v), targetRequests.pages.get(T.request.v));

/** The NIC writes the data of the request, or reads it. */
function move(wrote: boolean): void {
  const { tag } = kernel.operations[operations.nth.get(targetRequests.op.get(T.request.v))];
  noteAccess(machine.self, 0, targetRequests.pfnFirst.get(T.request.v), targetRequests.pages.get(T.request.v), wrote, tag);
}

const PHASE = at(targetRequests.state, T.request);
const DATA = [targetRequests.op, targetRequests.pfnFirst, targetRequests.pages].map(column => at(column, T.request));

/**
 * The queue pair of a controller: brings commands, moves the data of requests into and out of the memory that the target gave them,
 * brings responses. Data inside a command (up to inline_data_size) is not modelled: every request has keyed SGLs.
 */
export const targetWire = mechanism({
  name: 'nvmet-wire',
  source: 'spec 7.5; drivers/nvme/target/rdma.c nvmet_rdma_recv_done(), nvmet_rdma_read_data_done(), nvmet_rdma_send_done(), drivers/infiniband/core/rw.c rdma_rw_ctx_post() (6.19)',
  frame: T,
  order: 'NW1 NW2 NW3 NW4 NW5',
  steps: {
    NW1: {
      title: 'wait for something to move', when: () => next() !== 0, waitsFor: { kind: 'work' }, to: ['NW2', 'NW3', 'NW4', 'NW5'], costNs: () => kernel.fabricNs(nic()),
      reads: every(targetRequests.state, targetRequests.controller, targetRequests.writes, targetRequests.status),
      run: go => {
        T.request.v = next();
        switch (phaseOf(T.request.v)) {
          case 'sent': return go.NW2;
          case 'fetching data': return go.NW3;
          default: return targetRequests.writes.get(T.request.v) === 0 && targetRequests.status.get(T.request.v) === TARGET_STATUS.success ? go.NW4 : go.NW5;
        }
      },
    },
    NW2: {
      title: 'the command is there', writes: [PHASE], to: ['NW1'], forgets: [T.request],
      run: go => {
        setPhase(T.request.v, 'arrived');
        return go.NW1;
      },
    },
    NW3: {
      title: 'RDMA READ: fetch the data into the memory of the request', reads: [...DATA, ...ACCESS_READS], writes: [PHASE, ...ACCESS_TERMS], to: ['NW1'], costNs: transferNs,
      run: go => {
        move(true);
        setPhase(T.request.v, 'data is here');
        return go.NW1;
      },
    },
    NW4: { title: 'RDMA WRITE: send the data to the host', reads: [...DATA, ...ACCESS_READS], writes: ACCESS_TERMS, costNs: transferNs, run: () => { move(false); } },
    NW5: {
      title: 'the response is out, and the host has it', reads: [at(targetRequests.status, T.request)], writes: [PHASE, at(targetRequests.responded, T.request)], to: ['NW1'], forgets: [T.request],
      run: go => {
        targetRequests.responded.set(T.request.v, 1);
        setPhase(T.request.v, 'answered');
        emit('target-answered', targetRequests.op.get(T.request.v), targetRequests.status.get(T.request.v));
        return go.NW1;
      },
    },
  },
});
