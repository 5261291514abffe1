/**
 * Everything that can happen, in the subject's words, with what each event names. Events give meaning to lists, exports and
 * reports; state is rebuilt from deltas, never from them (architecture 2). All arguments are integers; rows are addresses.
 */
export const EVENTS = {
  'operation-started': ['operation'],
  'operation-returned': ['operation', 'result', 'errno'],
  'operation-killed': ['operation', 'signal'],
  'page-faulted': ['process', 'vpn', 'pfn', 'write'],
  'fault-failed': ['process', 'vpn', 'signal'],
  'reference-taken': ['holder', 'pfn', 'pages'],
  'pin-taken': ['holder', 'pfn', 'pages'],
  'pin-refused': ['process', 'vpn', 'errno'],
  'hold-released': ['holder', 'pfn', 'pages'],
  'page-idle': ['pfn', 'pages'],
  'file-unmapped': ['file', 'pages'],
  'range-unmapped': ['process', 'vpn', 'pages'],
  'layout-wait': ['file', 'pfn'],
  'layout-retry': ['file'],
  'layout-refused': ['file', 'pfn', 'errno'],
  'blocks-allocated': ['file', 'index', 'pfn', 'pages'],
  'blocks-freed': ['file', 'pfn', 'pages'],
  'blocks-busy': ['file', 'pfn', 'pages'],
  'busy-extent-cleared': ['filesystem', 'pfn', 'pages'],
  'allocation-failed': ['file', 'errno'],
  'log-committed': ['filesystem'],
  'size-changed': ['file', 'pages'],
  'request-submitted': ['operation', 'pages'],
  'request-completed': ['operation', 'errno'],
  'dma-write-landed': ['actor', 'pfn', 'pages', 'tag'],
  'dma-read-done': ['actor', 'pfn', 'pages'],
  'store-landed': ['process', 'vpn', 'pfn', 'tag'],
  'load-done': ['process', 'vpn', 'pfn', 'content'],
  'file-written': ['file', 'index', 'pages', 'tag'],
  'mr-registered': ['mr', 'pages'],
  'mr-refused': ['operation', 'errno'],
  'mr-deregistered': ['mr'],
  'packet-sent': ['operation', 'page'],
  'work-completed': ['operation', 'status'],
  'signal-sent': ['actor', 'signal'],
  'signal-delivered': ['actor', 'signal'],
  'process-exited': ['process'],
  'invariant-violated': ['invariant'],
  'process-forked': ['parent', 'child'],
  'file-opened': ['file', 'write'],
  'file-closed': ['file'],
  'file-created': ['file', 'filesystem'],
  'inode-evicted': ['file'],
  'lease-taken': ['lease', 'type'],
  'lease-break-sent': ['lease', 'type'],
  'lease-signal-handled': ['operation', 'type'],
  'lease-forced': ['lease', 'type'],
  'lease-released': ['lease'],
  'page-collected': ['process', 'vpn', 'pages'],
  'page-not-moved': ['process', 'vpn', 'pages', 'reason'],
  'pages-copied': ['from', 'to', 'pages'],
  'pages-moved': ['process', 'vpn', 'to', 'pages'],
  'range-migrated': ['process', 'vpn', 'pages', 'moved'],
  'folio-split': ['pfn', 'pages'],
  'device-page-freed': ['pfn', 'pages'],
  'device-fault-done': ['process', 'vpn', 'pfn', 'errno'],
  'device-evicted': ['gpu', 'moved'],
  'device-mapped': ['gpu', 'process', 'vpn', 'pages'],
  'device-retries': ['gpu', 'process', 'vpn'],
  'page-exclusive': ['gpu', 'process', 'vpn', 'pfn'],
  'folios-moved': ['operation', 'from', 'to', 'pages'],
  'folios-stay': ['operation', 'pfn', 'pages', 'refs'],
  'file-read': ['file', 'index', 'pages', 'content'],
  'fault-zeroed': ['file', 'index', 'pages'],
  'pgmap-gone': ['pgmap'],
  'gone-page-used': ['pgmap', 'pfn'],
  'driver-unbound': ['node'],
  'p2p-route-found': ['route', 'type', 'distance'],
  'p2p-allocated': ['allocation', 'pfn', 'pages'],
  'p2p-freed': ['allocation', 'pfn', 'pages'],
  'p2p-provider-found': ['operation', 'node'],
  'queue-placed': ['queue', 'place'],
  'layout-shifted': ['file', 'index', 'pages'],
  'qp-state': ['qp', 'state'],
  'cq-overrun': ['cq'],
  'nic-fault-failed': ['mr', 'page'],
  'writeback-begun': ['file', 'index', 'pages'],
  'writeback-ended': ['file', 'index', 'pages'],
  'writeback-skipped': ['file', 'index', 'pages'],
  'checksum-mismatch': ['file', 'index', 'pages'],
  'unexpected-dirty': ['file', 'index', 'pages'],
  'folio-kept': ['file', 'index', 'pages'],
  'folio-stripped': ['file', 'index', 'pages'],
  'dax-state-read': ['file', 'dax'],
  'p2p-mapped': ['route', 'pages', 'errno'],
} as const satisfies Record<string, readonly string[]>;

export type EventKind = keyof typeof EVENTS;

/** Kinds by number, as they stand in trace columns. */
export const EVENT_KINDS = Object.keys(EVENTS) as readonly EventKind[];

/** Words of an event in its column: kind and arguments. */
export const EVENT_WORDS = 5;

export interface TraceEvent {
  readonly kind: EventKind;
  readonly args: readonly number[];
  /** Index of the step that emitted it. */
  readonly step: number;
}
