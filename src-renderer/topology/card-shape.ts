import type { LabNode } from '@shared/lab/lab';
import type { DeviceEntry } from '@shared/protocol/catalogue';
import { parseQuantity } from '@shared/units/quantity';
import { showBytes } from '@shared/units/show';

/** Cards of one kind have one size, whatever they show at the cursor: nothing jumps while a run plays. */
export interface CardShape {
  readonly width: number;
  readonly height: number;
  /** Its frames are drawn as a bar of page states. */
  readonly hasBar: boolean;
  /** Lines of live state. */
  readonly lines: number;
}

const WIDTH_PX = 192;
const NARROW_PX = 144;
const HEAD_PX = 50;
const BAR_PX = 18;
const LINE_PX = 18;
const FOOT_PX = 6;

/** Parts that say little. */
const NARROW: ReadonlySet<string> = new Set(['root-complex', 'pcie-switch', 'rdma-peer', 'cpu']);
const MEMORY: ReadonlySet<string> = new Set(['pmem-region', 'host-memory', 'coherent-memory']);
const LINES: Readonly<Record<string, number>> = { 'pmem-region': 2, 'host-memory': 1, cpu: 1, 'nvme-ssd': 1, 'rdma-nic': 1, gpu: 1, 'rdma-peer': 1, 'coherent-memory': 1, 'sata-disk': 1 };

export function cardShape(kind: string): CardShape {
  const hasBar = MEMORY.has(kind);
  const lines = LINES[kind] ?? 0;
  return { width: NARROW.has(kind) ? NARROW_PX : WIDTH_PX, height: HEAD_PX + (hasBar ? BAR_PX : 0) + lines * LINE_PX + (lines > 0 || hasBar ? FOOT_PX : 0), hasBar, lines };
}

/** The figure at the right of a card's title: how large or how fast it is. */
const MAIN_PARAMETERS: readonly string[] = ['size', 'capacity', 'vram', 'bandwidth', 'rate', 'link-rate', 'speed', 'cores'];

export function mainFigure(node: LabNode, device: DeviceEntry | undefined): string {
  for (const name of MAIN_PARAMETERS) {
    const given = node[name];
    if (given !== undefined && typeof given !== 'object') return readableSize(String(given));
  }
  return device === undefined ? 'unknown kind' : '';
}

/** Imports know sizes to the byte: "19316633600 B" is "17.99 GiB" on a card. What a person wrote stays as written. */
function readableSize(text: string): string {
  const bytes = /^\d+ B$/.test(text) ? parseQuantity(text, 'bytes') : null;
  return bytes?.ok === true ? showBytes(bytes.value) : text;
}

/** The second line of a card: its kind, and choices that decide what it does. */
export function cardDetail(node: LabNode, device: DeviceEntry | undefined): string {
  const choices = (device?.parameters ?? []).flatMap(({ name, type }) => {
    const given = node[name];
    return type.kind === 'choice' && given !== undefined && typeof given !== 'object' ? [String(given)] : [];
  });
  const files = Object.entries(node.files ?? {}).map(([name, { size }]) => `${name} ${size}`);
  return [...(choices.length + files.length === 0 ? [device?.title ?? node.kind] : choices), ...files].join(' · ');
}
