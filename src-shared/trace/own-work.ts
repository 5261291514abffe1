import type { Wait } from './wait-targets';

const OWN_WORK: ReadonlySet<Wait['kind']> = new Set(['request', 'transfer', 'work']);

/** Whether an actor waits for what it asked for itself: work in progress, not being blocked by others. */
export const isOwnWork = ({ kind }: Wait): boolean => OWN_WORK.has(kind);
