import { ERRNO } from '@shared/domain/errno';
import { p2pPools } from '@shared/state/pgmap-tables';
import { mechanism } from '../engine/mechanism';
import { every, frame } from '../engine/place';
import { done, fail } from '../engine/step';
import { kernel } from '../kernel';
import { isPoolLive, poolOf } from './p2p-pool';

/** `memory` is the BAR of the device, −1 where it has none. */
const S = frame('memory');

/** access(2) of the directory p2pmem of a PCI device: there is one once its driver has offered memory (pci_p2pdma_setup()). Answers 1, or 0 where there is none. */
export const lookForP2pmem = mechanism({
  name: 'sysfs-look',
  source: 'drivers/pci/p2pdma.c pci_p2pdma_setup(), p2pmem_group (6.19); spec 7.1, 7.4',
  frame: S,
  order: 'SL1',
  steps: {
    SL1: {
      title: 'does the device have a pool?', reads: every(p2pPools.state), to: ['done'], costNs: () => kernel.costs.syscallNs,
      run: () => done(S.memory.v >= 0 && isPoolLive(poolOf(S.memory.v)) ? 1 : 0),
    },
  },
});

const M = frame('isBuilt');

/** modprobe(8): loads a module that the kernel was built with; ENOENT where it was not. What modules do is not modelled here. */
export const loadModule = mechanism({
  name: 'modprobe',
  source: 'modprobe(8); kernel/module/main.c init_module_from_file() (6.19)',
  frame: M,
  order: 'LM1',
  steps: { LM1: { title: 'load the module, if there is one', to: ['done'], costNs: () => kernel.costs.syscallNs, run: () => (M.isBuilt.v === 1 ? done() : fail(ERRNO.ENOENT)) } },
});
