import { ERRNO } from '@shared/domain/errno';
import { ACCESS } from '@shared/domain/rdma-access';
import { protectionDomains, regions } from '@shared/state/rdma-tables';
import { mechanism } from '../engine/mechanism';
import { answer } from '../engine/machine';
import { at, every, frame } from '../engine/place';
import { call, done, fail, site } from '../engine/step';
import { kernel } from '../kernel';
import { deregisterMemory } from './deregister-memory';
import { registerMemory } from './register-memory';

/** Values of `change`. */
export const REREG = { access: 1, translation: 2, pd: 3 } as const;

const T = frame('op', 'process', 'mr', 'change', 'access', 'pd', 'vpn', 'pages', 'startByte', 'tailBytes', 'nic');

const unregister = site(deregisterMemory, T.mr, T.process);
const register = site(registerMemory, T.op, T.process, T.vpn, T.pages, T.mr, T.nic, T.access, T.pd, T.startByte, T.tailBytes, T.startByte);

const VALID = regions.state.valueOf('valid');
const REMOTE_WRITES = ACCESS['remote-write'] | ACCESS['remote-atomic'];

/** ibv_rereg_mr(): changes one property of a registration. A new translation is a dereg and a registration under the same name (knob `rxeRereg`). */
export const reregisterMemory = mechanism({
  name: 'reregister-memory',
  source: 'spec 6.2, 16; ibv_rereg_mr(3); drivers/infiniband/core/uverbs_cmd.c ib_uverbs_rereg_mr() (6.19)',
  frame: T,
  order: 'RR1 RR2 RR3',
  steps: {
    RR1: {
      title: 'change the registration, where it can be', to: ['RR2', 'done'], calls: [unregister], costNs: () => kernel.costs.syscallNs,
      reads: [regions.state, regions.pd, regions.nic, regions.access, regions.key].map(column => at(column, T.mr)),
      writes: [at(regions.access, T.mr), at(regions.pd, T.mr), at(regions.key, T.mr), ...every(protectionDomains.usecnt)],
      run: go => {
        if (kernel.policy.knobs.rxeRereg === 'EOPNOTSUPP') return fail(ERRNO.EOPNOTSUPP);
        if (regions.state.get(T.mr.v) !== VALID) return fail(ERRNO.EINVAL);
        if (T.change.v === REREG.access && (T.access.v & REMOTE_WRITES) !== 0 && (T.access.v & ACCESS['local-write']) === 0) return fail(ERRNO.EINVAL);
        if (T.change.v === REREG.translation) return keepTheRest(go.RR2);
        if (T.change.v === REREG.access) regions.access.set(T.mr.v, T.access.v);
        else moveToDomain();
        return done();
      },
    },
    RR2: { title: 'register the new range under the name', calls: [register], to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : call(register)) },
    RR3: { title: 'answer', to: ['done'], run: () => (answer.result < 0 ? fail(answer.errno) : done()) },
  },
});

function keepTheRest(then: Parameters<typeof call>[1]): ReturnType<typeof call> {
  T.access.v = regions.access.get(T.mr.v);
  T.pd.v = regions.pd.get(T.mr.v);
  T.nic.v = regions.nic.get(T.mr.v);
  return call(unregister, then);
}

function moveToDomain(): void {
  const before = regions.pd.get(T.mr.v);
  if (before !== 0) protectionDomains.usecnt.set(before, protectionDomains.usecnt.get(before) - 1);
  protectionDomains.usecnt.set(T.pd.v, protectionDomains.usecnt.get(T.pd.v) + 1);
  regions.pd.set(T.mr.v, T.pd.v);
}
