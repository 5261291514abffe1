import { ref } from 'vue';
import { legalTargets, linkVerdict } from '@shared/lab/wiring';
import { useLabDocument } from '../stores/lab-document';
import { useSession } from '../stores/session';
import type { Position } from './cytoscape-view';
import { addLink } from './topology-edits';

/** A wire that hangs on the pointer. */
export interface HangingWire {
  readonly from: string;
  readonly port: string;
  readonly legal: ReadonlySet<string>;
  readonly start: Position;
  readonly end: Position;
  readonly over: string | null;
  /** The rule that forbids to end it here. */
  readonly refusal: string | null;
}

/** Drawing a wire from a port to another card, with the pointer. */
export function useWiring(toModel: (clientX: number, clientY: number) => Position, nodeAt: (at: Position) => string | null) {
  const document = useLabDocument();
  const session = useSession();
  const wire = ref<HangingWire | null>(null);

  function startWire(from: string, port: string, down: PointerEvent): void {
    const lab = document.lab;
    const handle = down.currentTarget;
    if (lab === null || !(handle instanceof HTMLElement)) return;
    const start = toModel(down.clientX, down.clientY);
    const legal = new Set(legalTargets(session.catalogue, lab.topology, `${from}.${port}`).map(({ node }) => node));
    wire.value = { from, port, legal, start, end: start, over: null, refusal: null };
    const stop = new AbortController();
    const end = (): void => {
      stop.abort();
      wire.value = null;
    };
    window.addEventListener('pointermove', drag, { signal: stop.signal });
    window.addEventListener('pointerup', () => { drop(); end(); }, { signal: stop.signal });
    window.addEventListener('pointercancel', end, { signal: stop.signal });
    window.addEventListener('keydown', event => { if (event.key === 'Escape') end(); }, { signal: stop.signal });
  }

  function drag(event: PointerEvent): void {
    const hanging = wire.value;
    if (hanging === null || document.lab === null) return;
    const end = toModel(event.clientX, event.clientY);
    const over = nodeAt(end);
    const verdict = over === null || over === hanging.from ? null : linkVerdict(session.catalogue, document.lab.topology, `${hanging.from}.${hanging.port}`, over);
    wire.value = { ...hanging, end, over, refusal: verdict === null || verdict.ok ? null : verdict.refusal };
  }

  function drop(): void {
    const hanging = wire.value;
    if (hanging === null || document.lab === null || hanging.over === null || hanging.over === hanging.from) return;
    if (hanging.refusal === null) document.apply(addLink(document.edits(), session.catalogue, document.lab, `${hanging.from}.${hanging.port}`, hanging.over), `link ${hanging.from} to ${hanging.over}`);
    else session.say('failed', 'No link was made', hanging.refusal);
  }

  function wiringOf(id: string): 'no' | 'legal' | 'illegal' | 'source' {
    if (wire.value === null) return 'no';
    if (wire.value.from === id) return 'source';
    return wire.value.legal.has(id) ? 'legal' : 'illegal';
  }

  return { wire, wiringOf, startWire };
}
