import { source } from '@shared/domain/source';
import type { Parameter } from '@shared/protocol/parameter';
import { PAGE_BYTES } from '@shared/units/pages';
import { site } from '../engine/step';
import { exportDmabuf, moveDmabuf, revokeDmabuf } from '../mechanisms/dmabuf-exporter';
import { PLACE } from '../mechanisms/dmabuf-frames';
import { registerDmabuf } from '../mechanisms/dmabuf-importer';
import { accessOf, accessParameter } from './memory-registration';
import { aNic, somePages, type Operation } from './operation';

const FROM = source('drivers/dma-buf/dma-buf.c, drivers/infiniband/core/umem_dmabuf.c (6.19); spec 6.8', 'V');
const aBuffer: Parameter = { name: 'dmabuf', title: 'dma-buf', doc: 'a buffer, by the name its dmabuf-export gave it; its descriptor may have been passed to another process', required: true, type: { kind: 'text' } };
const aName = (doc: string): Parameter => ({ name: 'name', title: 'name', doc, required: true, type: { kind: 'text' } });

export const dmabufExport: Operation = {
  word: 'dmabuf-export',
  title: 'export a dma-buf',
  doc: 'The driver of a GPU allocates device memory and exports it as a dma-buf. ENOMEM where the device has no such room side by side.',
  source: FROM,
  parameters: [
    aName('how other operations call the buffer'),
    { name: 'gpu', title: 'gpu', doc: 'the GPU; the only one if not said', required: false, type: { kind: 'reference', to: 'gpu-memory' } },
    { name: 'size', title: 'size', doc: 'length, whole pages', required: true, type: { kind: 'quantity', dimension: 'bytes', min: PAGE_BYTES, max: 2 ** 40 } },
  ],
  lower: read => ({ call: site(exportDmabuf, read.op, read.host, read.gpu('gpu'), read.verbs('name', 'dmabuf'), Math.ceil(read.number('size', 'bytes') / PAGE_BYTES)), text: `export dma-buf ${read.text('name')}` }),
};

export const dmabufMove: Operation = {
  word: 'dmabuf-move',
  title: 'move a dma-buf',
  doc: 'The exporter moves a buffer to RAM (eviction) or back to its device: importers are told, a copy engine copies. EBUSY while an importer has it pinned. Answers pages.',
  source: FROM,
  parameters: [aBuffer, { name: 'to', title: 'to', doc: 'RAM, or the device', required: false, type: { kind: 'choice', values: ['ram', 'device'], default: 'ram' } }],
  lower(read) {
    const place = read.text('to') === 'device' ? PLACE.device : PLACE.ram;
    return { call: site(moveDmabuf, read.host, read.verbs('dmabuf', 'dmabuf'), place), text: `move dma-buf ${read.text('dmabuf')} to ${place === PLACE.ram ? 'RAM' : 'its device'}` };
  },
};

export const dmabufRevoke: Operation = {
  word: 'dmabuf-revoke',
  title: 'revoke a dma-buf',
  doc: 'The exporter takes a buffer away from its importers for good: who maps it from now on gets EINVAL.',
  source: FROM,
  parameters: [aBuffer],
  lower: read => ({ call: site(revokeDmabuf, read.verbs('dmabuf', 'dmabuf')), text: `revoke dma-buf ${read.text('dmabuf')}` }),
};

const DEFAULT_ACCESS = 'local-write+remote-write+remote-read';

export const ibvRegDmabuf: Operation = {
  word: 'ibv-reg-dmabuf',
  title: 'ibv_reg_dmabuf_mr',
  doc: 'Registers a dma-buf with a NIC. A NIC that takes page faults follows the buffer when it moves; any other pins it where it is.',
  source: source('ibv_reg_dmabuf_mr(3); drivers/infiniband/core/umem_dmabuf.c (6.19); spec 6.8', 'V'),
  parameters: [
    aName('how other operations call the registration'), aBuffer, somePages('pages of the buffer, first+count; the first one if not said. A range beyond the buffer is EINVAL'), accessParameter(DEFAULT_ACCESS),
    { name: 'pd', title: 'protection domain', doc: 'by name, of this process; its default one if not said', required: false, type: { kind: 'text' } }, aNic,
  ],
  lower(read) {
    const { first, count } = read.byteRange(PAGE_BYTES);
    return {
      call: site(registerDmabuf, read.op, read.newMr('name'), read.nic('nic'), accessOf(read, DEFAULT_ACCESS), read.pd('pd'), read.verbs('dmabuf', 'dmabuf'), Math.floor(first / PAGE_BYTES), Math.ceil(count / PAGE_BYTES)),
      text: `ibv_reg_dmabuf_mr ${read.text('dmabuf')} as ${read.text('name')}`,
    };
  },
};
