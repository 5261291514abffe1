import { source } from '@shared/domain/source';
import { PAGE_BYTES } from '@shared/units/pages';
import { site } from '../engine/step';
import { cpuAccess } from '../mechanisms/cpu-access';
import { shutDownFilesystem } from '../mechanisms/fs-shutdown';
import { awaitBoot, CACHES, powerFailure } from '../mechanisms/power-failure';
import { byteRange, bytesIn, rangeText } from './byte-range';
import { aMapping, somePages, type Operation } from './operation';

export const powerFailureOperation: Operation = {
  word: 'power-failure',
  title: 'power failure',
  doc: 'Cuts the power of the machine at one moment and boots it again. Processes, page tables, page cache, pins, registrations, queues and busy lists are gone; metadata is what the log had made durable, persistent memory what was flushed to it, drives what was written back. '
    + 'Programs end, but for this one and those that await the boot. Drives are taken to have no volatile write cache; booting takes no time but that of replaying the logs.',
  source: source('spec 3.1, 3.3, 3.6, 4.6; fs/xfs/xfs_log_recover.c xlog_recover() (6.19); the time of a boot is a choice of the model', 'V', 'D', 'X'),
  parameters: [
    {
      name: 'caches', title: 'CPU caches', doc: 'what becomes of stores to persistent memory that nobody flushed: lost; flushed, as by a platform with eADR; or either, since a cache line may have been written back at any time', required: false,
      type: { kind: 'choice', values: ['lost', 'flushed', 'either'], default: 'lost' },
    },
  ],
  lower: read => ({ call: site(powerFailure, read.host, CACHES[read.text('caches') as keyof typeof CACHES]), text: 'power failure' }),
};

export const awaitBootOperation: Operation = {
  word: 'await-boot',
  title: 'await boot',
  doc: 'The program goes on here when the machine has booted after a power failure: what comes before it is part of the boot before. Not something a kernel offers.',
  source: source('the lab’s own step', 'X'),
  parameters: [{ name: 'boot', title: 'boot', doc: 'which boot after a power failure, from 1; the first if not said', required: false, type: { kind: 'quantity', dimension: 'count', min: 1, max: 1_000 } }],
  lower(read) {
    const boot = read.has('boot') ? read.number('boot', 'count') : 1;
    return { call: site(awaitBoot, boot), text: boot === 1 ? 'await the boot' : `await boot ${boot}` };
  },
};

export const clwb: Operation = {
  word: 'clwb',
  title: 'flush CPU caches',
  doc: 'A program writes back what CPU caches hold of a mapping (CLWB or CLFLUSHOPT, then SFENCE). On persistent memory the stores are durable then; whether the file finds them again is a matter of its metadata.',
  source: source('Intel SDM, CLWB; Documentation/filesystems/dax.rst (6.19); spec 3.6', 'V', 'M'),
  parameters: [aMapping, somePages('pages to flush, first+count within the mapping; all if not said')],
  lower(read) {
    const mapping = read.mapping('mapping');
    const range = bytesIn(read, mapping.pageCount * PAGE_BYTES);
    const { first, pages } = byteRange(range);
    return { call: site(cpuAccess, read.op, mapping.process, mapping.vpnFirst + first, pages, 0, 0, PAGE_BYTES, 1), text: `clwb ${read.text('mapping')} ${rangeText(range)}` };
  },
};

export const fsShutdown: Operation = {
  word: 'fs-shutdown',
  title: 'shut file system down',
  doc: 'The file system writes nothing to its log any more, as after an I/O error (FS_IOC_SHUTDOWN without flushing the log). What waits for the log fails with EIO, and so does what has to allocate.',
  source: source('fs/xfs/xfs_fsops.c xfs_fs_goingdown(), XFS_FSOP_GOING_FLAGS_NOLOGFLUSH (6.19)', 'V'),
  parameters: [{ name: 'node', title: 'node', doc: 'the device with the file system', required: true, type: { kind: 'reference', to: 'pmem-region' } }],
  lower: read => ({ call: site(shutDownFilesystem, read.filesystem('node')), text: `shut down ${read.text('node')}` }),
};
