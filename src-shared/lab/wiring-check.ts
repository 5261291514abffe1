import { linkVerdict } from './wiring';
import type { Catalogue } from '../protocol/catalogue';
import type { Topology } from './lab';
import type { LabFinding } from './lab-check';

/** Wires that may not be: each link is judged as if it were drawn after those above it. */
export function wiringFindings(topology: Topology, catalogue: Catalogue): readonly LabFinding[] {
  return topology.links.flatMap((link, at): readonly LabFinding[] => {
    const verdict = linkVerdict(catalogue, { ...topology, links: topology.links.slice(0, at) }, link.from, link.to);
    if (verdict.ok) return [];
    return [{ path: ['topology', 'links', at], at: 'value', severity: 'error', message: `The link from ${link.from} to ${link.to} cannot be: ${verdict.refusal}.` }];
  });
}
