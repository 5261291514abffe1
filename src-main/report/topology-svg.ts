import type { LabLink, LabNode } from '@shared/lab/lab';
import { showPages } from '@shared/units/show';
import { markup, px, type Markup } from './html';
import { STATE_LABELS, stateFill } from './page-state-look';
import type { MemoryShare, ReportDocument } from './report-document';
import { CARD, nodeOfEnd, placesOf, type Place } from './topology-layout';

const KINDS: Readonly<Record<string, string>> = {
  cpu: 'CPU', 'host-memory': 'memory', 'pmem-region': 'pmem', 'root-complex': 'root complex', 'pcie-switch': 'PCIe switch', 'nvme-ssd': 'NVMe', 'rdma-nic': 'RDMA NIC', 'rdma-peer': 'RDMA peer',
  gpu: 'GPU', 'coherent-memory': 'coherent memory', 'sata-disk': 'SATA disk',
};

/** The hardware of the lab, with what was in its memories when the run ended. */
export function topologySvg({ lab, memories }: ReportDocument): Markup {
  const places = placesOf(lab);
  if (places.size === 0) return markup`<p class="none">The lab has no hardware.</p>`;
  const xs = [...places.values()].map(({ x }) => x);
  const ys = [...places.values()].map(({ y }) => y);
  const left = Math.min(...xs) - CARD.width / 2 - 2;
  const top = Math.min(...ys) - CARD.height / 2 - 2;
  const width = Math.max(...xs) + CARD.width / 2 + 2 - left;
  const height = Math.max(...ys) + CARD.height / 2 + 2 - top;
  return markup`<svg class="topology" viewBox="${px(left)} ${px(top)} ${px(width)} ${px(height)}" style="max-width:${px(width)}px" role="img" aria-label="Topology: ${[...places.keys()].join(', ')}">
<g class="wire">${lab.topology.links.map(link => wire(link, places))}</g>
${[...places].map(([name, place]) => card(name, lab.topology.nodes[name]!, place, memories.find(({ node }) => node === name)))}
</svg>`;
}

function wire(link: LabLink, places: ReadonlyMap<string, Place>): Markup {
  const from = places.get(nodeOfEnd(link.from));
  const to = places.get(nodeOfEnd(link.to));
  if (from === undefined || to === undefined) return markup``;
  const middle = (from.x + to.x) / 2;
  const label = [link.width === undefined ? '' : `x${link.width}`, link.gen === undefined ? '' : `gen ${link.gen}`].filter(part => part !== '').join(' ');
  const text = label === '' ? null : markup`<text x="${px(middle)}" y="${px((from.y + to.y) / 2 - 5)}" text-anchor="middle">${label}</text>`;
  return markup`<path d="M${px(from.x)} ${px(from.y)}H${px(middle)}V${px(to.y)}H${px(to.x)}"/>${text}`;
}

/** What of a node's parameters fits its card. */
function detail(node: LabNode): string {
  const { size, bandwidth, mediaLatency, fs, files } = node;
  const names = files === undefined ? '' : Object.keys(files).join(' ');
  return [size, size === undefined ? bandwidth : undefined, size === undefined ? mediaLatency : undefined, fs, names]
    .filter(part => part !== undefined && part !== '' && typeof part !== 'object').map(String).join('  ');
}

function card(name: string, node: LabNode, { x, y }: Place, share: MemoryShare | undefined): Markup {
  const left = x - CARD.width / 2;
  const top = y - CARD.height / 2;
  const label = node.label ?? name;
  return markup`<g class="card"><rect x="${px(left)}" y="${px(top)}" width="${CARD.width}" height="${CARD.height}" rx="4"/>
<text class="name" x="${px(left + 10)}" y="${px(top + 19)}">${short(label, 13)}</text><text class="kind" x="${px(left + CARD.width - 10)}" y="${px(top + 19)}" text-anchor="end">${KINDS[node.kind] ?? node.kind}</text>
<text class="detail" x="${px(left + 10)}" y="${px(top + (share === undefined ? 40 : 35))}">${short(detail(node), 24)}</text>${share === undefined ? null : shareBar(share, left + 10, top + CARD.height - 15)}</g>`;
}

const short = (text: string, room: number): string => (text.length <= room ? text : `${text.slice(0, room - 1)}…`);

/** Parts of the memory by state; a part too small to see still gets a pixel, so that one pinned page shows. */
function shareBar({ states, pageCount }: MemoryShare, x: number, y: number): Markup {
  const room = CARD.width - 20;
  const used = states.filter(({ state }) => state !== 'free');
  const widths = used.map(({ count }) => Math.max(2, (count / pageCount) * room));
  const total = widths.reduce((sum, width) => sum + width, 0);
  const fit = total > room ? room / total : 1;
  const title = states.map(({ state, count }) => `${STATE_LABELS[state]}: ${showPages(count)}`).join(', ');
  let at = x;
  const parts = used.map(({ state }, nth) => {
    const width = widths[nth]! * fit;
    const part = markup`<rect x="${px(at)}" y="${px(y)}" width="${px(width)}" height="7" fill="${stateFill(state)}"/>`;
    at += width;
    return part;
  });
  return markup`<g class="share"><title>${title}</title><rect class="ground" x="${px(x)}" y="${px(y)}" width="${room}" height="7"/>${parts}</g>`;
}
