import type { HwlocObject } from './hwloc-tree';

/** Class and subclass, four hexadecimal digits: "0108". */
export const pciClassOf = (device: HwlocObject): string => (device.attributes['pci_type'] ?? '').slice(0, 4).toLowerCase();

/** Kinds of OS devices: one number in hwloc 1 and 2, a set of bits from 3 on. */
const OPENFABRICS = { number: 3, bit: 1 << 5 };
const MEMORY_BIT = 1 << 1;

function osType(device: HwlocObject): number {
  return Number(device.attributes['osdev_type'] ?? -1);
}

export const isOpenFabrics = (device: HwlocObject, version: number): boolean =>
  version >= 3 ? (osType(device) & OPENFABRICS.bit) !== 0 : osType(device) === OPENFABRICS.number;

/** Persistent or special-purpose memory that user space maps directly; memory behind a CXL expander shows as a dax device of its own. */
export function isDaxDevice(device: HwlocObject, version: number): boolean {
  const { name = '', subtype = '' } = device.attributes;
  if (/^(dax|pmem)\d/.test(name) || subtype === 'NVDIMM') return true;
  return version >= 3 && (osType(device) & MEMORY_BIT) !== 0 && subtype !== 'CXLMem';
}

const CLASSES: Readonly<Record<string, string>> = {
  '01': 'a storage controller other than NVMe', '02': 'a network card', '03': 'a display controller or GPU', '04': 'a multimedia device', '05': 'a memory controller',
  '06': 'a bridge or a fabric switch', '0c': 'a serial bus controller', '10': 'an encryption controller', '12': 'an accelerator',
};

/** Why a PCI device is left out, and what it is. */
export function unmodelledClass(code: string, device: HwlocObject): string {
  if (code === '0502') return `a CXL memory expander${capacityOf(device)}; there is no such device kind yet`;
  if (code.startsWith('02')) return 'a network card without an RDMA device: it holds no pages for long';
  const what = device.attributes['subtype'] ?? CLASSES[code.slice(0, 2)] ?? 'a device';
  return `${what} (class ${code === '' ? 'unknown' : code}); there is no such device kind yet`;
}

function capacityOf(device: HwlocObject): string {
  const infos = device.children.map(child => child.infos);
  const sizes = infos.flatMap(({ CXLRAMSize: ram, CXLPMEMSize: pmem }) => [ram === undefined ? [] : [`${ram} volatile`], pmem === undefined ? [] : [`${pmem} persistent`]].flat());
  return sizes.length === 0 ? '' : ` with ${sizes.join(' and ')}`;
}
