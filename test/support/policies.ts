const AXES = {
  'truncate-vs-dma': ['none', 'wait-hold-lock', 'block-new-refs', 'wait-retry', 'busy-extent', 'fail-etxtbsy', 'noop-success'],
  'zone-device-refcount': ['one-based', 'private-zero-based', 'zero-based'],
  'pin-accounting': ['get-only', 'bias+pincount'],
  'longterm-file-pin': ['allow-all', 'deny-fsdax'],
} as const

const KNOBS: Readonly<Record<string, readonly string[]>> = {
  scanRange: ['whole-file', 'op-range'],
  etxtbsyScope: ['longterm-only', 'any-ref'],
  busyFull: ['wait', 'enospc'],
  busySplit: ['false', 'true'],
}

/** What knobs of a variant there are to turn (spec 4.5 to 4.7). */
const KNOBS_OF: Readonly<Record<string, readonly string[]>> = {
  'wait-retry': ['scanRange'], 'fail-etxtbsy': ['etxtbsyScope'], 'busy-extent': ['busyFull', 'busySplit'],
}

const choices = (names: readonly string[]): readonly string[] =>
  names.reduce<readonly string[]>((texts, name) => texts.flatMap((text) => (KNOBS[name] ?? []).map((value) => `${text},${name}=${value}`)), [''])

/** Every answer to a truncate under DMA, with every setting of its knobs. */
export const LAYOUT_POLICIES: readonly string[] = AXES['truncate-vs-dma'].flatMap((variant) => choices(KNOBS_OF[variant] ?? []).map((knobs) => `truncate-vs-dma=${variant}${knobs}`))

/** Those, under each way of counting ZONE_DEVICE pages. */
export const LAYOUT_AND_COUNT_POLICIES: readonly string[] = LAYOUT_POLICIES.flatMap((layout) => AXES['zone-device-refcount'].map((regime) => `${layout},zone-device-refcount=${regime}`))

/** All axes of which there is more than one variant, all knobs; registrations as before Linux 6.2 in every other of them. */
export const ALL_POLICIES: readonly string[] = LAYOUT_AND_COUNT_POLICIES.flatMap((policy, nth) =>
  AXES['pin-accounting'].flatMap((pins) => AXES['longterm-file-pin'].map((longterm) => `${policy},pin-accounting=${pins},longterm-file-pin=${longterm},mrReadOnlyForcesWrite=${nth % 2 === 0}`)))
