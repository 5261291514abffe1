import { source } from '@shared/domain/source';
import type { AxisEntry, Catalogue, DeviceEntry, OperationEntry, PresetEntry } from '@shared/protocol/catalogue';
import type { Parameter, ParameterType } from '@shared/protocol/parameter';

const from = source('made for tests', 'X');
const parameter = (name: string, type: ParameterType, required = false): Parameter => ({ name, title: name, doc: `The ${name}.`, type, required });
const bytes = (min: number, max: number): ParameterType => ({ kind: 'quantity', dimension: 'bytes', min, max });
const axis = (id: string, ...variants: readonly string[]): AxisEntry => ({
  id, title: id, variants: variants.map(variant => ({ id: variant, title: variant, doc: '', era: '', source: from })),
});
const preset = (id: string, truncate: string, pin: string): PresetEntry => ({
  id, title: id, variants: { 'truncate-vs-dma': truncate, 'longterm-file-pin': pin }, source: from,
});
const operation = (word: string, ...parameters: readonly Parameter[]): OperationEntry => ({ word, title: word, doc: `Does ${word}.`, source: from, parameters });
const device = (kind: string, ports: DeviceEntry['ports'], ...parameters: readonly Parameter[]): DeviceEntry => ({ kind, title: kind, doc: `A ${kind}.`, group: 'All', ports, parameters });

const at = parameter('at', { kind: 'quantity', dimension: 'ns', min: 0, max: 1e12 });
const file = parameter('file', { kind: 'reference', to: 'file' }, true);

/** Registries in miniature: one or two members of each kind, with every kind of parameter. */
export const fakeCatalogue: Catalogue = {
  devices: [
    device('cpu', [{ name: 'memory', type: 'memory-controller', capacity: 8 }, { name: 'root', type: 'root-bus', capacity: 16 }]),
    device('host-memory', [{ name: 'controller', type: 'memory-module', capacity: 1 }], parameter('size', bytes(4096, 2 ** 44), true)),
    device('pmem-region', [{ name: 'controller', type: 'memory-module', capacity: 1 }],
      parameter('size', bytes(4096, 2 ** 44), true), parameter('fs', { kind: 'choice', values: ['xfs', 'ext4'], default: 'xfs' }), parameter('files', { kind: 'files' })),
    device('root-complex', [{ name: 'bus', type: 'root-uplink', capacity: 1 }, { name: 'down', type: 'pcie-downstream', capacity: 16 }]),
    device('pcie-switch', [{ name: 'up', type: 'pcie-upstream', capacity: 1 }, { name: 'down', type: 'pcie-downstream', capacity: 32 }]),
    device('nvme-ssd', [{ name: 'up', type: 'pcie-upstream', capacity: 1 }]),
    device('rdma-nic', [{ name: 'up', type: 'pcie-upstream', capacity: 1 }]),
  ],
  operations: [
    operation('mmap', file, parameter('as', { kind: 'text' }, true), parameter('pages', { kind: 'pages' })),
    operation('store', parameter('map', { kind: 'reference', to: 'mapping' }, true), parameter('page', { kind: 'quantity', dimension: 'count', min: 0, max: 1e9 }, true)),
    operation('ftruncate', file, parameter('size', bytes(0, 2 ** 50), true), at, parameter('repeat', { kind: 'choice', values: ['once', 'forever'] })),
    operation('kill', parameter('actor', { kind: 'reference', to: 'actor' }, true), parameter('core', { kind: 'flag', default: false }), at),
    operation('exit'),
  ],
  axes: [axis('truncate-vs-dma', 'none', 'wait-retry', 'busy-extent'), axis('longterm-file-pin', 'allow-all', 'deny-fsdax')],
  knobs: [
    parameter('busy-full', { kind: 'choice', values: ['wait', 'enospc'], default: 'wait' }),
    parameter('lease-break-time', { kind: 'quantity', dimension: 'ns', min: 0, max: 1e12, default: 45e9 }),
  ],
  builds: { '6.1.192': {} },
  presets: [
    preset('linux-4.14', 'none', 'allow-all'), preset('linux-6.15', 'wait-retry', 'deny-fsdax'), preset('linux-6.1', 'wait-retry', 'deny-fsdax'),
    preset('chinner-2017-busy-extents', 'busy-extent', 'allow-all'),
  ],
  invariants: [
    { id: 'S1', class: 'safety', sentence: 'No device writes to a block that was given away.', source: from },
    { id: 'L1', class: 'liveness', sentence: 'Every layout operation ends.', source: from },
  ],
};
