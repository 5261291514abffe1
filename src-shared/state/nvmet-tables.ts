import { count, flag, id, int, oneOf, ref, table } from './table';

export const targetNamespaces = table('target namespace', 'A namespace that an NVMe-oF target exports.', {
  nth: id('which of the lab’s, from 0'),
  enabled: flag('hosts may use it'),
  drive: ref('the drive behind it; none is a file'),
  p2p: oneOf('whose peer-to-peer memory its requests use (configfs p2pmem)', ['off', 'any', 'one provider']),
  provider: int('node of that provider, from 1'),
  refs: count('requests that it has'),
}, {});

export const targetControllers = table('target controller', 'The connection of one host with an NVMe-oF target.', {
  nth: id('which of the lab’s, from 0'),
  namespace: ref('the namespace that the host sees'),
  nic: ref('the NIC that its queue pairs are on'),
  live: flag('it is connected'),
  provider: int('node whose memory its requests use, from 1; 0 is host memory'),
  fallbacks: count('requests that found no peer-to-peer memory and took host memory; the kernel does not count them'),
}, {});

/** How far a request of a target got, in order. */
export const TARGET_PHASES = ['none', 'sent', 'arrived', 'fetching data', 'data is here', 'at the drive', 'answering', 'answered'] as const;
export type TargetPhase = (typeof TARGET_PHASES)[number];

export const targetRequests = table('target request', 'A read or write of a host on its way through an NVMe-oF target.', {
  op: id('operation that sent it'),
  state: oneOf('how far it got', TARGET_PHASES),
  controller: ref('the connection it came over'),
  writes: flag('it writes to the drive'),
  pages: count('length', { unit: 'pages' }),
  place: oneOf('where its data lies', ['none', 'host memory', 'peer-to-peer memory']),
  pfnFirst: int('first frame of its data'),
  provider: int('node of the provider of that memory, from 1; 0 is host memory'),
  status: oneOf('NVMe status', ['success', 'invalid namespace', 'internal error']),
  responded: flag('the host has the answer'),
  order: int('order of sending', { hidden: true }),
}, {}, ['op']);
