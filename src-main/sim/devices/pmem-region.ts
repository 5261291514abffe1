import { source } from '@shared/domain/source';
import { quantity, type Device } from './device';

const MEASURED = 'J. Izraelevitz et al., "Basic Performance Measurements of the Intel Optane DC Persistent Memory Module", 2019';

export const pmemRegion: Device = {
  kind: 'pmem-region',
  title: 'pmem',
  doc: 'Persistent memory with a DAX file system: page tables point straight at its blocks, and every block has a struct page (FS_DAX).',
  group: 'Memory',
  ports: [{ name: 'bus', type: 'memory-module', capacity: 1 }],
  parameters: [
    {
      name: 'mode', title: 'Mode', doc: 'fsdax: a block device for a DAX file system; devdax: a character device that maps it as it is', required: false,
      type: { kind: 'choice', values: ['fsdax', 'devdax'], default: 'fsdax' }, source: source('spec 2.1, 2.5; drivers/nvdimm/pmem.c, drivers/dax/device.c (6.19)', 'V'),
    },
    quantity('align', 'Alignment of device-dax', { dimension: 'bytes', min: 4096, max: 2 ** 30, default: 2 ** 21 }, source('ndctl create-namespace --mode=devdax: 2 MiB', 'M')),
    quantity('size', 'Size', { dimension: 'bytes', min: 4096, max: 2 ** 42, default: 2 ** 24 }, source('small, so that every page can be seen', 'X')),
    quantity('readBandwidth', 'Read bandwidth', { dimension: 'rate', min: 1e6, max: 1e13, default: 6_600_000_000 }, source(`${MEASURED}: 6.6 GB/s a module`, 'M')),
    quantity('writeBandwidth', 'Write bandwidth', { dimension: 'rate', min: 1e6, max: 1e13, default: 2_300_000_000 }, source(`${MEASURED}: 2.3 GB/s a module`, 'M')),
    {
      name: 'fs', title: 'File system', doc: 'XFS or ext4', required: false,
      type: { kind: 'choice', values: ['xfs', 'ext4'], default: 'xfs' }, source: source('spec 4', 'V'),
    },
    {
      name: 'mount', title: 'Mounted', doc: 'dax: every file is DAX; inode: those whose flag says so; never: none. What is not DAX is page cache', required: false,
      type: { kind: 'choice', values: ['dax', 'inode', 'never'], default: 'dax' }, source: source('Documentation/filesystems/dax.rst; spec 3.9', 'V', 'O'),
    },
    { name: 'mounted', title: 'Mounted at the start', doc: 'otherwise an operation mounts it', required: false, type: { kind: 'flag', default: true }, source: source('the lab', 'X') },
    { name: 'reflink', title: 'Reflink', doc: 'XFS: files may share blocks', required: false, type: { kind: 'flag', default: false }, source: source('mkfs.xfs -m reflink; spec 4.10', 'V', 'O') },
    {
      name: 'files', title: 'Files', doc: 'Files by name: size, layout hole, unwritten or written (default), xflag', required: false,
      type: { kind: 'files' }, source: source('the lab', 'X'),
    },
  ],
};
