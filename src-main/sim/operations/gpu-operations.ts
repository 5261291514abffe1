import { source } from '@shared/domain/source';
import type { Parameter } from '@shared/protocol/parameter';
import { site } from '../engine/step';
import { emptyDevice } from '../mechanisms/evict-device';
import { makeExclusive } from '../mechanisms/exclusive-access';
import { gpuAccess } from '../mechanisms/gpu-access';
import { gpuMigrate } from '../mechanisms/gpu-migrate';
import { allocateDevicePages, setAsideDevicePages } from '../mechanisms/device-allocation';
import { dropStray, takeStray } from '../mechanisms/stray-reference';
import { aMapping, somePages, type Operation } from './operation';

const aGpu: Parameter = { name: 'gpu', title: 'gpu', doc: 'the GPU, or the coherent memory; the only one if not said', required: false, type: { kind: 'reference', to: 'gpu-memory' } };
const pagesOfMapping = somePages('pages, first+count within the mapping; all if not said');

export const gpuMigrateOperation: Operation = {
  word: 'gpu-migrate',
  title: 'move to a device, or back',
  doc: 'The driver of a GPU moves anonymous pages into the memory of its device, or back to RAM. What is pinned, held or locked stays where it is, and that is no error.',
  source: source('mm/migrate_device.c migrate_vma_setup(), lib/test_hmm.c HMM_DMIRROR_MIGRATE_TO_DEV (6.19); spec 8.2', 'V'),
  parameters: [
    aMapping, pagesOfMapping, aGpu,
    { name: 'to', title: 'to', doc: 'the device, or RAM', required: false, type: { kind: 'choice', values: ['device', 'ram'], default: 'device' } },
    { name: 'evict', title: 'make room', doc: 'where the device has no room, it gives back to RAM what it has', required: false, type: { kind: 'flag', default: false } },
  ],
  lower(read) {
    const { process, vpnFirst, pageCount } = read.mapping('mapping');
    const pages = read.pages('pages', pageCount);
    const isOut = read.text('to') === 'ram';
    read.needsDeviceMigration();
    return {
      call: site(gpuMigrate, process, vpnFirst + pages.first, pages.count, read.gpu('gpu'), isOut ? 1 : 0, read.flag('evict') ? 1 : 0),
      text: `move ${read.text('mapping')} pages ${pages.first}+${pages.count} to ${isOut ? 'RAM' : 'the device'}`,
    };
  },
};

const accessOperation = (word: 'gpu-read' | 'gpu-write', how: number, doc: string): Operation => ({
  word,
  title: word,
  doc,
  source: source('mm/hmm.c hmm_range_fault(), lib/test_hmm.c dmirror_read(), dmirror_write() (6.19); spec 8.9', 'V'),
  parameters: [aMapping, pagesOfMapping, aGpu],
  lower(read) {
    const { process, vpnFirst, pageCount } = read.mapping('mapping');
    const pages = read.pages('pages', pageCount);
    read.needsDeviceMigration();
    return { call: site(gpuAccess, read.op, process, vpnFirst + pages.first, pages.count, read.gpu('gpu'), how), text: `${word} ${read.text('mapping')} pages ${pages.first}+${pages.count}` };
  },
});

export const gpuRead = accessOperation('gpu-read', 0, 'A program on a GPU reads memory of its process; the driver faults in what the GPU does not map.');
export const gpuWrite = accessOperation('gpu-write', 1, 'A program on a GPU writes memory of its process; the driver faults in what the GPU does not map.');

export const gpuExclusive: Operation = {
  word: 'gpu-exclusive',
  title: 'exclusive access',
  doc: 'A GPU gets system memory for itself, for atomics: the CPU loses its entries until it touches the pages again.',
  source: source('mm/rmap.c make_device_exclusive(), lib/test_hmm.c HMM_DMIRROR_EXCLUSIVE (6.19); spec 8.7', 'V'),
  parameters: [aMapping, pagesOfMapping, aGpu],
  lower(read) {
    const { process, vpnFirst, pageCount } = read.mapping('mapping');
    const pages = read.pages('pages', pageCount);
    read.needsDeviceMigration();
    return { call: site(makeExclusive, process, vpnFirst + pages.first, pages.count, read.gpu('gpu')), text: `exclusive access to ${read.text('mapping')} pages ${pages.first}+${pages.count}` };
  },
};

export const gpuEvict: Operation = {
  word: 'gpu-evict',
  title: 'empty a device',
  doc: 'The driver gives everything that is in the memory of its device back to RAM, by frame. What is locked or held is tried again until it is let go.',
  source: source('lib/test_hmm.c dmirror_device_remove_chunks(), mm/migrate_device.c migrate_device_range() (6.19); spec 8.6', 'V'),
  parameters: [aGpu],
  lower: read => ({ call: site(emptyDevice, read.gpu('gpu'), read.host), text: `empty ${read.has('gpu') ? read.text('gpu') : 'the device'}` }),
};

export const gpuAlloc: Operation = {
  word: 'gpu-alloc',
  title: 'allocate device pages',
  doc: 'A kernel thread takes pages of a device for itself, as a migration would. ENOMEM where there are none, or where the driver takes the memory down.',
  source: source('mm/memremap.c zone_device_page_init(), lib/test_hmm.c dmirror_devmem_alloc_page() (6.19); spec 2.2', 'V'),
  parameters: [aGpu, { name: 'count', title: 'pages', doc: 'how many', required: false, type: { kind: 'quantity', dimension: 'count', min: 1, max: 2 ** 28 } }],
  lower: read => ({ call: site(allocateDevicePages, read.op, read.host, read.gpu('gpu'), read.has('count') ? read.number('count', 'count') : 1), text: 'allocate device pages' }),
};

export const gpuSetAside: Operation = {
  word: 'gpu-fill',
  title: 'leave no 2 MiB free',
  doc: 'Takes the first page of every free 2 MiB of a device, so that huge pages find no place there but single ones do. A test’s way to make an allocation fail.',
  source: source('lib/test_hmm.c HMM_DMIRROR_FLAG_FAIL_ALLOC (6.19); spec 8.10', 'V'),
  parameters: [aGpu],
  lower: read => ({ call: site(setAsideDevicePages, read.op, read.host, read.gpu('gpu')), text: 'leave no 2 MiB of the device free' }),
};

export const getPage: Operation = {
  word: 'get-page',
  title: 'stray reference',
  doc: 'Somebody in the kernel takes plain references on what a mapping has at this moment, device pages included (get_page()). They stay until the operation put-page of the same actor.',
  source: source('include/linux/mm.h get_page() (6.19); spec 8.3, 8.4', 'V'),
  parameters: [aMapping, pagesOfMapping, { name: 'times', title: 'times', doc: 'how many references on each page', required: false, type: { kind: 'quantity', dimension: 'count', min: 1, max: 4096 } }],
  lower(read) {
    const { process, vpnFirst, pageCount } = read.mapping('mapping');
    const pages = read.pages('pages', pageCount);
    const times = read.has('times') ? read.number('times', 'count') : 1;
    return { call: site(takeStray, read.op, process, vpnFirst + pages.first, pages.count, times), text: `get_page() ${times === 1 ? '' : `${times} times `}on ${read.text('mapping')} pages ${pages.first}+${pages.count}` };
  },
};

export const putPage: Operation = {
  word: 'put-page',
  title: 'drop stray references',
  doc: 'Puts all references that operations get-page of this actor took (put_page()).',
  source: source('include/linux/mm.h put_page() (6.19)', 'V'),
  parameters: [],
  lower: read => ({ call: site(dropStray, read.actor), text: 'put_page()' }),
};
