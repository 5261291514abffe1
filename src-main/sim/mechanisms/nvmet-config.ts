import { ERRNO } from '@shared/domain/errno';
import { arena } from '@shared/state/arena';
import type { Row } from '@shared/state/dictionary';
import { targetControllers, targetNamespaces } from '@shared/state/nvmet-tables';
import { emit } from '../engine/events';
import { answer } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { p2pDistance } from './p2p-distance';
import { p2pFindMany } from './p2p-find';

/** Values of `targetNamespaces.p2p`. */
export const P2P_CHOICE = { off: 0, any: 1, one: 2 } as const;

const A = frame('op', 'controller', 'provider', 'client', 'clients');

const distanceToHost = site(p2pDistance, A.provider, A.client);
const findForBoth = site(p2pFindMany, A.op, A.clients);
const ATTRIBUTES = every(targetNamespaces.p2p, targetNamespaces.provider, targetNamespaces.drive);

/** nvmet_p2pmem_ns_add_p2p(): memory that both the NIC of a controller and the drive reach. Without it the controller uses host memory, without a word. */
export const addPeerMemory = mechanism({
  name: 'nvmet-add-p2p',
  source: 'spec 7.5; drivers/nvme/target/core.c nvmet_p2pmem_ns_add_p2p() (6.19)',
  frame: A,
  order: 'NA1 NA2',
  steps: {
    NA1: {
      title: 'who has memory that the NIC and the drive reach?', reads: [...ATTRIBUTES, ...[targetControllers.namespace, targetControllers.nic].map(column => at(column, A.controller))], calls: [distanceToHost, findForBoth], to: ['done'],
      run: () => {
        const namespace = targetControllers.namespace.get(A.controller.v);
        A.client.v = kernel.nodeOf(targetControllers.nic.get(A.controller.v));
        switch (targetNamespaces.p2p.get(namespace)) {
          case P2P_CHOICE.any:
            A.clients.v = 2 ** A.client.v + 2 ** kernel.nodeOf(targetNamespaces.drive.get(namespace));
            return call(findForBoth);
          case P2P_CHOICE.one:
            A.provider.v = targetNamespaces.provider.get(namespace) - 1;
            return call(distanceToHost);
          default: return done();
        }
      },
    },
    NA2: {
      title: 'note it', reads: [at(targetControllers.namespace, A.controller), ...every(targetNamespaces.p2p)], writes: [at(targetControllers.provider, A.controller)], to: ['done'],
      run: () => {
        const isNamed = targetNamespaces.p2p.get(targetControllers.namespace.get(A.controller.v)) === P2P_CHOICE.one;
        const found = isNamed ? (answer.result < 0 ? 0 : A.provider.v + 1) : answer.result;
        targetControllers.provider.set(A.controller.v, found);
        emit('target-provider', A.controller.v, found);
        return done();
      },
    },
  },
});

const E = frame('op', 'namespace', 'drive', 'p2p', 'provider', 'client', 'clients', 'controller');

const distanceToDrive = site(p2pDistance, E.provider, E.client);
const findForDrive = site(p2pFindMany, E.op, E.clients);
const add = site(addPeerMemory, E.op, E.controller);

const enabled = at(targetNamespaces.enabled, E.namespace);
const controllersOf = (namespace: Row): readonly Row[] => targetControllers.$.rows(arena).filter(row => targetControllers.namespace.get(row) === namespace && targetControllers.live.get(row) === 1);
/** The next controller behind `after` in the order of the lab. */
const controllerAfter = (namespace: Row, after: Row): Row => controllersOf(namespace).find(row => after === 0 || targetControllers.nth.get(row) > targetControllers.nth.get(after)) ?? 0;
const CONTROLLERS = every(targetControllers.namespace, targetControllers.live);

/** Enabling a namespace. With peer-to-peer memory it takes a block device whose queue takes such memory, and memory that the drive reaches: else EINVAL. */
export const enableNamespace = mechanism({
  name: 'nvmet-ns-enable',
  source: 'spec 7.5; drivers/nvme/target/core.c nvmet_ns_enable(), nvmet_p2pmem_ns_enable() (6.19)',
  frame: E,
  order: 'NE1 NE2 NE3 NE4',
  steps: {
    NE1: {
      title: 'a block device, and memory that it reaches?', reads: [enabled], writes: [targetNamespaces.drive, targetNamespaces.p2p, targetNamespaces.provider].map(column => at(column, E.namespace)),
      calls: [distanceToDrive, findForDrive], to: ['NE3', 'done'], costNs: () => kernel.costs.syscallNs,
      run: go => {
        if (enabled.v === 1) return done();
        targetNamespaces.drive.set(E.namespace.v, E.drive.v);
        targetNamespaces.p2p.set(E.namespace.v, E.p2p.v);
        targetNamespaces.provider.set(E.namespace.v, E.p2p.v === P2P_CHOICE.one ? E.provider.v + 1 : 0);
        if (E.p2p.v === P2P_CHOICE.off) return go.NE3;
        if (E.drive.v === 0 || !kernel.takesP2p(E.drive.v)) return fail(ERRNO.EINVAL);
        E.client.v = kernel.nodeOf(E.drive.v);
        E.clients.v = 2 ** E.client.v;
        return call(E.p2p.v === P2P_CHOICE.one ? distanceToDrive : findForDrive);
      },
    },
    NE2: {
      title: 'was there any?', to: ['done'],
      run: () => ((E.p2p.v === P2P_CHOICE.one ? answer.result < 0 : answer.result === 0) ? fail(ERRNO.EINVAL) : undefined),
    },
    NE3: {
      title: 'each controller looks for memory', reads: CONTROLLERS, calls: [add], to: ['NE3', 'NE4'],
      run: go => {
        E.controller.v = controllerAfter(E.namespace.v, E.controller.v);
        return E.controller.v === 0 ? go.NE4 : call(add, go.NE3);
      },
    },
    NE4: {
      title: 'enabled', writes: [enabled], to: ['done'],
      run: () => {
        enabled.v = 1;
        return done();
      },
    },
  },
});

const D = frame('namespace');

/** Disabling a namespace waits, uninterruptibly, for the requests that it has. */
export const disableNamespace = mechanism({
  name: 'nvmet-ns-disable',
  source: 'drivers/nvme/target/core.c nvmet_ns_disable() (6.19): wait_for_completion(&ns->disable_done)',
  frame: D,
  order: 'ND1 ND2',
  steps: {
    ND1: {
      title: 'no new requests, no more memory of the provider', reads: CONTROLLERS, writes: [at(targetNamespaces.enabled, D.namespace), ...every(targetControllers.provider)], costNs: () => kernel.costs.syscallNs,
      run: () => {
        targetNamespaces.enabled.set(D.namespace.v, 0);
        for (const controller of controllersOf(D.namespace.v)) targetControllers.provider.set(controller, 0);
      },
    },
    ND2: {
      title: 'wait for the requests that it has', when: () => targetNamespaces.refs.get(D.namespace.v) === 0, waitsFor: { kind: 'namespace-idle', namespace: 'namespace' }, reads: [at(targetNamespaces.refs, D.namespace)], to: ['done'],
      run: () => done(),
    },
  },
});

const C = frame('op', 'controller');

const addOnConnect = site(addPeerMemory, C.op, C.controller);

/** A host connects: its controller looks for memory that its NIC and the drive reach. */
export const connectHost = mechanism({
  name: 'nvmf-connect',
  source: 'spec 7.5; drivers/nvme/target/core.c nvmet_alloc_ctrl(), nvmet_setup_p2p_ns_map() (6.19)',
  frame: C,
  order: 'NC1 NC2',
  steps: {
    NC1: {
      title: 'a controller of its own', reads: [at(targetControllers.namespace, C.controller), ...every(targetNamespaces.enabled)], writes: [at(targetControllers.live, C.controller)], calls: [addOnConnect], costNs: () => kernel.fabricNs(targetControllers.nic.get(C.controller.v)),
      run: () => {
        targetControllers.live.set(C.controller.v, 1);
        return targetNamespaces.enabled.get(targetControllers.namespace.get(C.controller.v)) === 1 ? call(addOnConnect) : undefined;
      },
    },
    NC2: { title: 'connected', to: ['done'], run: () => done() },
  },
});
