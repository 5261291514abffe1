import { expect, test } from 'vitest'
import { pageLanesOf } from '../../../src-main/report/page-lanes'
import { lanesOf } from '../../../src-main/report/timeline-lanes'
import { blockedTruncate } from '../../support/blocked-truncate'

const shown = (stepCount: number, endNs: number): string[] => {
  const { trace, run } = blockedTruncate(stepCount)
  return lanesOf(trace, run, endNs).flatMap(({ name, bars }) => bars.map(({ kind, fromNs, toNs, label, isOpen }) => `${name} ${kind} ${fromNs}–${toNs}${isOpen ? '…' : ''} ${label}`))
}

test('lanes show who ran, who was blocked on what, and what the drive moved', () => {
  expect(shown(8, 8000)).toEqual([
    'admin run 2000–2200 ftruncate F to 0 B',
    'admin blocked 2200–8000 page F:1 (pmem0, pfn 0x80001) to become idle',
    'app run 1000–1600 dio_read 1 page into F',
    'app blocked 1600–8000 nvme0 to complete app.1',
    'nvme0 dma 3000–7000 app.1: 1 page'
  ])
})

test('what has not ended when the run does is open', () => {
  expect(shown(5, 3000)).toEqual([
    'admin run 2000–2200 ftruncate F to 0 B',
    'admin blocked 2200–3000… page F:1 (pmem0, pfn 0x80001) to become idle',
    'app run 1000–1600 dio_read 1 page into F',
    'app blocked 1600–3000… nvme0 to complete app.1',
    'nvme0 dma 3000–3000… app.1: 1 page'
  ])
})

test('a watched page of a file is the frame behind it, until there is none', () => {
  const { trace, run } = blockedTruncate()
  expect(pageLanesOf(trace, run, 8000)[0]?.stretches.map(({ fromNs, state, refs }) => `${fromNs} ${state} ${refs}`))
    .toEqual(['0 file 1', '1000 short-pin 1025', '8000 file 1', '8000 hole 0'])
})
