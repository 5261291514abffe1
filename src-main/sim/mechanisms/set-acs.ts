import { bridges } from '@shared/state/p2p-tables';
import { mechanism } from '../engine/mechanism';
import { at, frame } from '../engine/place';
import { done } from '../engine/step';
import { kernel } from '../kernel';

const T = frame('bridge', 'on');

/** setpci on the ACS capability of a downstream port. What the kernel has remembered of routes stays (spec 7.2). */
export const setAcs = mechanism({
  name: 'set-acs',
  source: 'spec 7.2; drivers/pci/p2pdma.c pci_bridge_has_acs_redir() (6.19)',
  frame: T,
  order: 'SA1',
  steps: {
    SA1: {
      title: 'change ACS redirect of the port', writes: [at(bridges.acs, T.bridge)], to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => {
        bridges.acs.set(T.bridge.v, T.on.v);
        return done();
      },
    },
  },
});
