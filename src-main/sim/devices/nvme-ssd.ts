import { source } from '@shared/domain/source';
import { FUNCTION_OF, quantity, type Device } from './device';

const NVME = 'NVM Express Base Specification';
const PROBE = 'drivers/nvme/host/pci.c nvme_map_cmb() (6.19); spec 7.4';

export const nvmeSsd: Device = {
  kind: 'nvme-ssd',
  title: 'NVMe',
  doc: 'An NVMe drive: the DMA of O_DIRECT reads and writes, perhaps a controller memory buffer that its peers may use, and perhaps host memory that is lent to it.',
  group: 'Devices',
  ports: [{ name: 'pcie', type: 'pcie-upstream', capacity: 1 }],
  parameters: [
    quantity('mediaLatency', 'Media latency', { dimension: 'ns', min: 0, max: 10_000_000_000, default: 10_000 }, source('Intel Optane SSD DC P4800X product brief: below 10 µs', 'M')),
    quantity('bandwidth', 'Bandwidth', { dimension: 'rate', min: 1e6, max: 1e12, default: 2_400_000_000 }, source('Intel Optane SSD DC P4800X product brief: 2.4 GB/s sequential read', 'M')),
    quantity('cmb', 'Controller memory buffer', { dimension: 'bytes', min: 0, max: 2 ** 36, default: 0 }, source(`${NVME}, CMBSZ; most drives have none`, 'M')),
    quantity('cmbOffset', 'Offset of the buffer in its BAR', { dimension: 'bytes', min: 0, max: 2 ** 36, default: 0 }, source(`${NVME}, CMBLOC.OFST`, 'M')),
    quantity('bar', 'Size of the BAR that holds the buffer, 0 for just enough', { dimension: 'bytes', min: 0, max: 2 ** 40, default: 0 }, source(PROBE, 'V')),
    { name: 'cmbReads', title: 'Read data in the buffer', doc: 'CMBSZ.RDS', required: false, type: { kind: 'flag', default: true }, source: source(`${NVME}, CMBSZ.RDS; ${PROBE}`, 'V') },
    { name: 'cmbWrites', title: 'Write data in the buffer', doc: 'CMBSZ.WDS', required: false, type: { kind: 'flag', default: true }, source: source(`${NVME}, CMBSZ.WDS; ${PROBE}`, 'V') },
    { name: 'cmbQueues', title: 'Submission queues in the buffer', doc: 'CMBSZ.SQS, and the module option use_cmb_sqs', required: false, type: { kind: 'flag', default: true }, source: source('drivers/nvme/host/pci.c use_cmb_sqs, nvme_alloc_sq_cmds() (6.19); spec 7.4', 'V') },
    quantity('ioQueues', 'I/O queues', { dimension: 'count', min: 1, max: 64, default: 4 }, source('one a CPU; four keep the tables short', 'X')),
    quantity('queueDepth', 'Entries of a queue', { dimension: 'count', min: 64, max: 4095, default: 1024 }, source('drivers/nvme/host/pci.c io_queue_depth (6.19)', 'V')),
    quantity('hmb', 'Host memory buffer that it asks for', { dimension: 'bytes', min: 0, max: 2 ** 32, default: 0 }, source(`${NVME}, HMPRE; lent at most max_host_mem_size_mb = 128 MiB (drivers/nvme/host/pci.c)`, 'V')),
    quantity('hmbMin', 'Host memory buffer that it needs at least', { dimension: 'bytes', min: 0, max: 2 ** 32, default: 0 }, source(`${NVME}, HMMIN; with less it gets none (drivers/nvme/host/pci.c nvme_setup_host_mem())`, 'V')),
    {
      name: 'fs', title: 'File system', doc: 'file system of its files; their pages are cached in memory', required: false,
      type: { kind: 'choice', values: ['xfs', 'ext4', 'none'], default: 'xfs' }, source: source('spec 4.9', 'V', 'O'),
    },
    {
      name: 'files', title: 'Files', doc: 'Files by name: size, layout hole, unwritten or written (default), cached, checksums', required: false,
      type: { kind: 'files' }, source: source('the lab', 'X'),
    },
    FUNCTION_OF,
  ],
};
