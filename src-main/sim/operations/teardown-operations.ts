import { source } from '@shared/domain/source';
import type { Parameter } from '@shared/protocol/parameter';
import { site } from '../engine/step';
import { driverUnbind } from '../mechanisms/driver-unbind';
import { hostMemoryBuffer } from '../mechanisms/host-memory-buffer';
import { nvmeProbe } from '../mechanisms/nvme-probe';
import { umount as umountMechanism } from '../mechanisms/umount';
import type { Operation } from './operation';

const aNode = (to: 'zone-device' | 'pmem-region' | 'nvme-ssd', doc: string): Parameter => ({ name: 'node', title: 'node', doc, required: true, type: { kind: 'reference', to } });

export const unbind: Operation = {
  word: 'unbind',
  title: 'unbind',
  doc: 'Unbinds the driver from a device: what is mapped of it goes, nothing new comes, and its struct pages are removed. It waits only for what the pgmap counts.',
  source: source('spec 2.3, 2.6; mm/memremap.c memunmap_pages() (6.19)', 'V', 'O'),
  parameters: [aNode('zone-device', 'the device'), { name: 'driver', title: 'driver', doc: 'its driver, for the reader only', required: false, type: { kind: 'choice', values: ['device_dax', 'nd_pmem', 'nvme', 'gpu'] } }],
  lower: read => ({ call: site(driverUnbind, read.node('node'), read.host), text: `unbind ${read.text('node')}` }),
};

export const umount: Operation = {
  word: 'umount',
  title: 'umount',
  doc: 'Unmounts a file system: EBUSY while a file is open or mapped, else at once whatever devices hold.',
  source: source('umount(2); fs/namespace.c do_umount() (6.19); spec 2.6', 'V', 'O'),
  parameters: [aNode('pmem-region', 'the device with the file system')],
  lower: read => ({ call: site(umountMechanism, read.filesystem('node')), text: `umount ${read.text('node')}` }),
};

export const nvmeProbeOperation: Operation = {
  word: 'nvme-probe',
  title: 'probe NVMe',
  doc: 'Binds the driver to an NVMe drive: its memory buffer is mapped, its queues get their memory. A drive that no operation probes is bound when the lab begins.',
  source: source('drivers/nvme/host/pci.c nvme_probe() (6.19); spec 7.4', 'V'),
  parameters: [aNode('nvme-ssd', 'the drive')],
  lower: read => ({ call: site(nvmeProbe, read.node('node'), read.host), text: `probe ${read.text('node')}` }),
};

export const nvmeHmb: Operation = {
  word: 'nvme-hmb',
  title: 'host memory buffer',
  doc: 'Lends an NVMe drive host memory, or takes it back (sysfs hmb): as much as the drive prefers, at most 128 MiB; none where there is less than it needs. A drive that asks for it has it from its probe on.',
  source: source('drivers/nvme/host/pci.c hmb_store(), nvme_setup_host_mem() (6.19); spec 7.4', 'V'),
  parameters: [aNode('nvme-ssd', 'the drive'), { name: 'on', title: 'on', doc: 'whether it has it', required: false, type: { kind: 'flag', default: true } }],
  lower(read) {
    const on = !read.has('on') || read.flag('on');
    return { call: site(hostMemoryBuffer, read.node('node'), read.host, on ? 1 : 0), text: on ? `lend host memory to ${read.text('node')}` : `take host memory back from ${read.text('node')}` };
  },
};
