import { ERRNO } from '@shared/domain/errno';
import { processes } from '@shared/state/tables';
import { mechanism } from '../engine/mechanism';
import { at, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';

const T = frame('process', 'isPrivileged');

/** Answers a descriptor behind the three that every process begins with. */
const FIRST_DESCRIPTOR = 3;

/** socket(2): AF_XDP is for CAP_NET_RAW only. */
export const openSocket = mechanism({
  name: 'socket',
  source: 'spec 1.7; net/xdp/xsk.c xsk_create() (6.19)',
  frame: T,
  order: 'SO1',
  steps: {
    SO1: {
      title: 'may it?', reads: [at(processes.capable, T.process)], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => (T.isPrivileged.v === 1 && processes.capable.get(T.process.v) === 0 ? fail(ERRNO.EPERM) : done(FIRST_DESCRIPTOR)),
    },
  },
});
