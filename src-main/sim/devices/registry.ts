import { coherentMemory } from './coherent-memory';
import { cpu } from './cpu';
import type { Device } from './device';
import { gpu } from './gpu';
import { hostMemory } from './host-memory';
import { nvmeSsd } from './nvme-ssd';
import { pcieSwitch, rootComplex } from './pcie';
import { pmemRegion } from './pmem-region';
import { rdmaNic, rdmaPeer } from './rdma';
import { sataDisk } from './sata-disk';

/** Every device kind, in the order of the palette. */
export const DEVICES: readonly Device[] = [cpu, hostMemory, rootComplex, pcieSwitch, pmemRegion, coherentMemory, nvmeSsd, sataDisk, gpu, rdmaNic, rdmaPeer];
