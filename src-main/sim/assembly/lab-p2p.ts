import { files, filesystems } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { kernel } from '../kernel';
import { lendMemory, letUse } from '../mechanisms/host-memory-buffer';
import { mapBuffer, placeQueue } from '../mechanisms/nvme-probe';
import type { LabNames } from './lab-names';

/** Rows of the pseudo file systems that map BARs begin behind those of everything else. */
const P2P_FS_FIRST = 0x10000;

export const p2pFileName = (node: string): string => `${node}/p2pmem/allocate`;

/** The file p2pmem/allocate of each provider, behind all files of the lab. */
export function makeP2pFiles(names: LabNames): void {
  kernel.memories.forEach(({ node, type, firstPfn, pageCount }, memory) => {
    if (type !== 'p2pdma') return;
    const fs = filesystems.$.row(P2P_FS_FIRST + memory);
    filesystems.type.set(fs, filesystems.type.valueOf('p2pmem'));
    filesystems.host.set(fs, names.host);
    filesystems.firstPfn.set(fs, firstPfn);
    filesystems.blockCount.set(fs, pageCount);
    const file = files.$.row(names.files.size + 1);
    names.files.set(p2pFileName(node), file);
    files.fs.set(file, fs);
    files.size.set(file, pageCount * PAGE_BYTES);
    files.links.set(file, 1);
  });
}

/** Drives that no operation of the lab probes have their driver from the start. */
export function probeDrives(names: LabNames): void {
  const probed = new Set(Object.values(names.lab.actors).flatMap(({ ops }) => ops).filter(({ word }) => word === 'nvme-probe').map(({ parameters }) => String(parameters['node'])));
  for (const [node, { ioQueueCount, cmbBytes }] of kernel.drives) {
    if (probed.has(kernel.nodes[node])) continue;
    mapBuffer(node);
    if (cmbBytes > 0) for (let queue = 0; queue <= ioQueueCount; queue++) placeQueue(node, queue);
    lendMemory(node, names.host);
    letUse(node, true);
  }
}
