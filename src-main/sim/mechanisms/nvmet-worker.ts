import type { Row } from '@shared/state/dictionary';
import { targetControllers, targetNamespaces, targetRequests } from '@shared/state/nvmet-tables';
import { requests } from '@shared/state/tables';
import { emit } from '../engine/events';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, site } from '../engine/step';
import { kernel } from '../kernel';
import { FREE_MEMORY_READS, FREE_MEMORY_TERMS, freeMemory, PLACE, TAKE_MEMORY_READS, TAKE_MEMORY_TERMS, takeMemory } from './nvmet-memory';
import { phaseOf, requestsIn, setPhase, TARGET_STATUS } from './nvmet-requests';
import { p2pMap, PEER_READS, PEER_TERMS, unmapPeer } from './p2p-map';
import { nextOrder } from './queue-pairs';

const T = frame('controller', 'request', 'provider', 'client', 'pages');

const map = site(p2pMap, T.provider, T.client, T.pages);

const ioOf = (request: Row): Row => requests.$.row(targetRequests.op.get(request));
const hasLanded = (request: Row): boolean => requests.state.get(ioOf(request)) === requests.state.valueOf('landed');

/** What the target has to go on with: a command, data, the drive, or a response that is out. */
const next = (): Row => requestsIn(T.controller.v, 'arrived', 'data is here', 'at the drive', 'answered').find(request => phaseOf(request) !== 'at the drive' || hasLanded(request)) ?? 0;

const status = at(targetRequests.status, T.request);
const namespaceOf = (): Row => targetControllers.namespace.get(T.controller.v);
const driveOf = (): Row => targetNamespaces.drive.get(namespaceOf());
const isPeer = (): boolean => targetRequests.place.get(T.request.v) === PLACE.peer;
const writes = (): boolean => targetRequests.writes.get(T.request.v) === 1;

function respond(code: number): void {
  status.v = code;
  setPhase(T.request.v, 'answering');
}

/** Sets the arguments of a mapping of the request’s memory for a device. It reaches it: the controller has asked, and the answer is kept. */
function aimAt(device: Row): void {
  T.provider.v = targetRequests.provider.get(T.request.v) - 1;
  T.client.v = kernel.nodeOf(device);
  T.pages.v = targetRequests.pages.get(T.request.v);
}

const IO_COLUMNS = [requests.state, requests.device, requests.pages, requests.intoMemory, requests.ownPfn, requests.peer];
const NAMESPACE = at(targetControllers.namespace, T.controller);
const NIC = at(targetControllers.nic, T.controller);
const MEMORY = [targetRequests.place, targetRequests.provider, targetRequests.pages].map(column => at(column, T.request));
const PHASE = at(targetRequests.state, T.request);

/** nvmet_bdev_execute_rw(): the bio has the target’s own pages, which nobody holds besides. */
function submit(): void {
  const io = ioOf(T.request.v);
  requests.device.set(io, driveOf());
  requests.pages.set(io, targetRequests.pages.get(T.request.v));
  requests.intoMemory.set(io, writes() ? 0 : 1);
  requests.ownPfn.set(io, targetRequests.pfnFirst.get(T.request.v));
  requests.peer.set(io, targetRequests.provider.get(T.request.v));
  requests.order.set(io, nextOrder());
  requests.state.set(io, requests.state.valueOf('submitted'));
  setPhase(T.request.v, 'at the drive');
  emit('request-submitted', targetRequests.op.get(T.request.v), targetRequests.pages.get(T.request.v));
}

/** The kernel’s side of one controller of an NVMe-oF target over RDMA: it takes up requests where they stand, as many as there are. */
export const targetWorker = mechanism({
  name: 'nvmet-worker',
  source: 'spec 7.5; drivers/nvme/target/rdma.c nvmet_rdma_handle_command(), nvmet_rdma_map_sgl_keyed(), nvmet_rdma_queue_response(), core.c nvmet_req_alloc_sgls(), io-cmd-bdev.c nvmet_bdev_execute_rw() (6.19)',
  frame: T,
  order: 'NT1 NT2 NT3 NT3p NT4 NT5 NT6 NT7',
  steps: {
    NT1: {
      title: 'wait for a command, for data, for the drive or for a response to be out', when: () => next() !== 0, waitsFor: { kind: 'work' }, to: ['NT2', 'NT4', 'NT6', 'NT7'],
      reads: every(targetRequests.state, targetRequests.controller, requests.state),
      run: go => {
        T.request.v = next();
        switch (phaseOf(T.request.v)) {
          case 'arrived': return go.NT2;
          case 'data is here': return go.NT4;
          case 'at the drive': return go.NT6;
          default: return go.NT7;
        }
      },
    },
    NT2: {
      title: 'find the namespace', reads: [NAMESPACE, ...every(targetNamespaces.enabled)], writes: [status, PHASE, ...every(targetNamespaces.refs)], to: ['NT1'], costNs: () => kernel.costs.postNs,
      run: go => {
        if (targetNamespaces.enabled.get(namespaceOf()) === 0) {
          respond(TARGET_STATUS.invalidNamespace);
          return go.NT1;
        }
        targetNamespaces.refs.set(namespaceOf(), targetNamespaces.refs.get(namespaceOf()) + 1);
      },
    },
    NT3: {
      title: 'give the request memory: of the provider, else of the host', reads: [...TAKE_MEMORY_READS, NIC], writes: [...TAKE_MEMORY_TERMS, status, PHASE], calls: [map], to: ['NT1', 'NT3p'],
      costNs: () => kernel.costs.postNs,
      run: go => {
        if (!takeMemory(T.request.v)) {
          respond(TARGET_STATUS.internalError);
          return go.NT1;
        }
        if (!isPeer()) return go.NT3p;
        aimAt(targetControllers.nic.get(T.controller.v));
        return call(map);
      },
    },
    NT3p: {
      title: 'a write: post the RDMA READ that fetches the data', reads: [at(targetRequests.writes, T.request)], writes: [PHASE], to: ['NT1', 'NT4'],
      run: go => {
        if (!writes()) return go.NT4;
        setPhase(T.request.v, 'fetching data');
        return go.NT1;
      },
    },
    NT4: {
      title: 'map the memory for the drive, where it is a peer’s', reads: [...MEMORY, NAMESPACE, ...every(targetNamespaces.drive)], calls: [map], to: ['NT5'],
      run: go => {
        if (!isPeer()) return go.NT5;
        aimAt(driveOf());
        return call(map);
      },
    },
    NT5: {
      title: 'submit the bio', reads: [...[targetRequests.pages, targetRequests.writes, targetRequests.pfnFirst, targetRequests.provider].map(column => at(column, T.request)), NAMESPACE, ...every(targetNamespaces.drive)], writes: [PHASE, ...every(...IO_COLUMNS)], to: ['NT1'], costNs: () => kernel.costs.postNs,
      run: go => {
        submit();
        return go.NT1;
      },
    },
    NT6: {
      title: 'the drive is done: post the response, of a read behind the RDMA WRITE of its data', writes: [status, PHASE, ...every(...IO_COLUMNS)], to: ['NT1'], costNs: () => kernel.costs.postNs,
      run: go => {
        for (const column of IO_COLUMNS) column.set(ioOf(T.request.v), 0);
        respond(TARGET_STATUS.success);
        return go.NT1;
      },
    },
    NT7: {
      title: 'the response is out: give the memory back', reads: [...FREE_MEMORY_READS, NIC, NAMESPACE, status, ...PEER_READS], writes: [...FREE_MEMORY_TERMS, PHASE, ...every(targetNamespaces.refs), ...PEER_TERMS], forgets: [T.request, T.provider, T.client, T.pages], to: ['NT1'],
      run: go => {
        if (isPeer()) unmapPeer(targetRequests.provider.get(T.request.v) - 1, kernel.nodeOf(targetControllers.nic.get(T.controller.v)), targetRequests.pages.get(T.request.v));
        freeMemory(T.request.v);
        if (status.v !== TARGET_STATUS.invalidNamespace) targetNamespaces.refs.set(namespaceOf(), targetNamespaces.refs.get(namespaceOf()) - 1);
        setPhase(T.request.v, 'none');
        return go.NT1;
      },
    },
  },
});
