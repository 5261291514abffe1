import { NS_PER_S } from '@shared/units/time';
import type { Family } from './family';
import { descriptorOf } from './files';

/** fcntl leases, and what their holders do when they are broken. */
export const leases: Family = {
  'lease-break-time'(scene, said) {
    // Seconds; 0 says it without a unit.
    const ns = /^\d+$/.test(said.read.text('value') ?? '') ? (said.read.whole('value') ?? 0) * NS_PER_S : said.read.time('value') ?? 0;
    if (ns > 0) scene.timers.push(ns);
    return scene.perform(said.actor, 'lease-break-time', { value: `${ns / 1e6} ms` });
  },
  'on-break'(scene, said) {
    const after = said.read.time('after');
    if (after !== null) scene.concessions.push(after);
    scene.reaction = said.read.text('do');
    const fd = descriptorOf(scene, said);
    return scene.perform(said.actor, 'on-break', { ...(fd === null ? {} : { fd }), do: said.read.text('do') ?? '', ...(after === null ? {} : { after: `${after / 1e6} ms` }) });
  },
  setlease(scene, said) {
    const fd = descriptorOf(scene, said);
    scene.asked = fd;
    // A holder that does not say what it does with SIGIO lives through it, as the probes did.
    if (!scene.draft.handles(said.actor)) scene.draft.actor(said.actor, { handler: 'no-restart' });
    return scene.perform(said.actor, 'setlease', { ...(fd === null ? {} : { fd }), type: said.read.text('type') ?? '' });
  },
  getlease(scene, said) {
    const fd = descriptorOf(scene, said);
    return scene.perform(said.actor, 'getlease', fd === null ? {} : { fd });
  },
};
