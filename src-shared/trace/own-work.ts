import type { WaitTarget } from '../protocol/catalogue';
import type { Wait } from './wait-targets';

/**
 * What being held up means. `io`: for one's own request or transfer, which is work in progress. `set-up`: for what the lab's
 * author told the program to await. `blocked`: for somebody else, who has to let go.
 */
export type WaitNature = 'io' | 'set-up' | 'blocked';

const OWN_IO: ReadonlySet<WaitTarget['kind'] | Wait['kind']> = new Set(['request', 'transfer', 'work']);
const SET_UP: ReadonlySet<WaitTarget['kind'] | Wait['kind']> = new Set(['actor', 'pages-held', 'boot']);

export function natureOfWait(kind: WaitTarget['kind'] | Wait['kind']): WaitNature {
  if (OWN_IO.has(kind)) return 'io';
  return SET_UP.has(kind) ? 'set-up' : 'blocked';
}

/** The wait that says most of several at once; null if there is none. */
export const gravestWait = (waits: readonly Wait[]): Wait | null => waits.find(({ kind }) => natureOfWait(kind) === 'blocked') ?? waits[0] ?? null;

/** How somebody stands who waits so, in a word or three. */
export const NATURE_WORDS: Readonly<Record<WaitNature, string>> = { io: 'waits for I/O', 'set-up': 'awaits its turn', blocked: 'blocked' };
