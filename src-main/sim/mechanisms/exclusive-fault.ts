import { actors, hosts, mappings, processes } from '@shared/state/tables';
import { machine } from '../engine/machine';
import { mechanism } from '../engine/mechanism';
import { every, frame, pagesAt } from '../engine/place';
import { call, done, site } from '../engine/step';
import { kernel } from '../kernel';
import { LOOKUP_READS, mappingAt, PTE, rightsOf } from './address-space';
import { afterPut, DROP_READS } from './folio-counts';
import { FREE_TERMS } from './frames';
import { endInvalidation, END_READS, END_TERMS, invalidateRange } from './mmu-notifier';

const HOLD_TERMS = every(hosts.locked, hosts.refs, hosts.moving);

const F = frame('process', 'vpn', 'host', 'pfn');

const entry = pagesAt(processes.pte, F.process);
const entryDelta = pagesAt(processes.pfnDelta, F.process);
const revoke = site(invalidateRange, F.process, F.vpn, 1, 0);

/** remove_device_exclusive_entry(): the CPU touched the page: the device has to drop its mapping, then the entry is as it was. */
export const exclusiveFault = mechanism({
  name: 'exclusive-fault',
  source: 'spec 8.7; mm/memory.c remove_device_exclusive_entry() (6.19)',
  frame: F,
  order: 'XF1 XF2 XF3',
  steps: {
    XF1: {
      title: 'lock the page', costNs: () => kernel.costs.faultNs, to: ['done'],
      when: () => entry.at(F.vpn.v) !== PTE.exclusive || hosts.locked.at(hosts.$.row(0), F.vpn.v + entryDelta.at(F.vpn.v)) === 0, waitsFor: { kind: 'page-lock', process: 'process', vpn: 'vpn' },
      reads: [entry, entryDelta, ...every(hosts.locked)], writes: HOLD_TERMS,
      run: () => {
        if (entry.at(F.vpn.v) !== PTE.exclusive) return done();
        F.host.v = processes.host.get(F.process.v);
        F.pfn.v = F.vpn.v + entryDelta.at(F.vpn.v);
        hosts.locked.assign(F.host.v, F.pfn.v, 1, actors.nth.get(machine.self) + 1);
        hosts.refs.add(F.host.v, F.pfn.v, 1, 1);
        hosts.moving.add(F.host.v, F.pfn.v, 1, 1);
      },
    },
    XF2: { title: 'the device loses its access', calls: [revoke], run: () => call(revoke) },
    XF3: {
      title: 'restore the entry; unlock the page and let go', reads: [entry, entryDelta, ...DROP_READS, ...LOOKUP_READS, ...END_READS, ...every(mappings.writable, mappings.unreadable)],
      writes: [entry, ...HOLD_TERMS, ...END_TERMS, ...FREE_TERMS], to: ['done'],
      run: () => {
        endInvalidation(F.process.v);
        if (entry.at(F.vpn.v) === PTE.exclusive) entry.assign(F.vpn.v, 1, rightsOf(mappingAt(F.process.v, F.vpn.v)));
        hosts.locked.assign(F.host.v, F.pfn.v, 1, 0);
        hosts.refs.add(F.host.v, F.pfn.v, 1, -1);
        hosts.moving.add(F.host.v, F.pfn.v, 1, -1);
        afterPut(F.host.v, F.pfn.v, 1);
        return done();
      },
    },
  },
});
