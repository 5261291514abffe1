import { describe, expect, it } from 'vitest'
import { parseClauses } from '../../../../src-main/conform/observation/clause'
import type { Observation } from '../../../../src-main/conform/observation/observation'
import { translate } from '../../../../src-main/conform/translation/translate'
import { checkLab } from '../../../../src-shared/lab/lab-check'
import { wiringFindings } from '../../../../src-shared/lab/wiring-check'
import { catalogue } from '../../../../src-main/sim/assemble'

function observation(setup: string, action: string, more: Partial<Observation> = {}): Observation {
  const [prepared, done] = [parseClauses(setup), parseClauses(action)]
  if (!prepared.ok || !done.ok) throw new Error('the test has a clause that is none')
  return {
    id: 'test', area: 'truncate', setup: prepared.value, action: done.value, variants: [], kernel: 'Linux 6.1.192 (Debian)',
    observed: { result: '0', errno: '0', elapsedClass: 'immediate', counters: {}, notes: '' }, ...more,
  }
}

/** "actor: word word …" for each actor. */
const programs = ({ lab }: ReturnType<typeof translate>): readonly string[] => Object.entries(lab.actors).map(([name, { ops }]) => `${name}: ${ops.map(({ word }) => word).join(' ')}`)

const HELD = 'file fs=xfsdax size=1M fill=A map=shared; hold kind=vmsplice range=0+64K for=1500ms'

describe('a lab made of an observation', () => {
  it('is an ordinary lab, valid and wired', () => {
    const { lab } = translate(observation(HELD, 'ftruncate size=0'))
    expect([checkLab(lab, catalogue()).filter(({ severity }) => severity === 'error'), wiringFindings(lab.topology, catalogue())]).toEqual([[], []])
  })

  it('runs under the era and build of its kernel, and of no other', () => {
    expect(translate(observation('file fs=xfsdax size=4K', 'ftruncate size=0')).lab.policy).toBe('linux-6.1,build=6.1.192')
    expect(translate(observation('file fs=xfsdax size=4K', 'ftruncate size=0', { kernel: 'Linux 6.12.117 (x)' })).lab.policy).toBe('linux-6.12,build=6.12.117')
    expect(() => translate(observation('file fs=xfsdax size=4K', 'ftruncate size=0', { kernel: 'Plan 9' }))).toThrow('kernel "Plan 9"')
  })

  it('a timed hold is dropped by a thread of its owner, that long after it was taken', () => {
    const translation = translate(observation(HELD, 'ftruncate size=0'))
    expect(programs(translation)).toEqual(['task: mmap load vmsplice ftruncate', 'owner: await-done wait read-pipe'])
    expect(translation.lab.actors['owner']!.ops[1]!.parameters).toEqual({ for: '1500 ms' })
    expect(translation.lab.actors['owner']!.process).toBe('task')
  })

  it('without a time it lasts until the observed call has returned', () => {
    expect(programs(translate(observation('map kind=anon pages=4; hold kind=vmsplice', 'munmap')))).toEqual(['task: mmap store vmsplice munmap', 'owner: await-done read-pipe'])
  })

  it('clauses follow each other across actors', () => {
    const { lab } = translate(observation(HELD, 'child: ftruncate size=0'))
    expect(lab.actors['child']!.ops.map(({ word, parameters }) => [word, parameters])).toEqual([
      ['await-done', { actor: 'task', op: 3 }], ['ftruncate', { file: 'F1', size: '0 B' }],
    ])
  })

  it('a step with a time comes that long after the observed call began', () => {
    const { lab } = translate(observation(HELD, 'child: ftruncate size=0; kill who=child sig=SIGUSR1 handler=no-restart at=350ms'))
    expect(lab.actors['child']!.handler).toBe('no-restart')
    expect(lab.actors['outsider']!.ops.map(({ word, parameters }) => [word, parameters])).toEqual([
      ['await-waiting', { actor: 'child', op: 2 }], ['wait', { for: '350 ms' }], ['kill', { actor: 'child', sig: 'SIGUSR1' }],
    ])
  })

  it('the observed call may come that long after a step that waits', () => {
    const { lab, scene } = translate(observation(`${HELD}; waiting: fallocate mode=punch range=0+64K`, 'other-thread: fstat at=300ms; other-thread: store offset=0 byte=z'))
    expect(scene.observed).toEqual([{ actor: 'other-thread', nth: 3 }])
    expect(lab.actors['other-thread']!.ops.slice(0, 2)).toEqual([{ word: 'await-waiting', parameters: { actor: 'waiting', op: 2 } }, { word: 'wait', parameters: { for: '300 ms' } }])
  })

  it('the observed call is the one marked, else the first', () => {
    expect(translate(observation(HELD, 'munmap; unlink observe')).scene.observed).toEqual([{ actor: 'task', nth: 5 }])
    expect(translate(observation(HELD, 'munmap; unlink')).scene.observed).toEqual([{ actor: 'task', nth: 4 }])
  })

  it('says what was observed, so that a run of it alone can fail', () => {
    const { lab } = translate(observation(HELD, 'ftruncate size=0', { observed: { result: '-1', errno: 'EINTR', elapsedClass: 'immediate', counters: {}, notes: '' } }))
    expect(lab.expect).toEqual([{ op: 'task.4', errno: 'EINTR' }])
  })

  it('does not depend on what the observation calls itself', () => {
    const [a, b] = ['one', 'ext4-punch-held-uring'].map((id) => translate(observation(HELD, 'ftruncate size=0', { id })).lab)
    expect({ ...a, title: '' }).toEqual({ ...b, title: '' })
  })

  it.each([
    ['frobnicate', '"frobnicate"'],
    ['mmap flags=MAP_HUGE', 'mmap flag MAP_HUGE'],
    ['hold kind=telepathy', 'hold kind "telepathy"'],
  ])('%s: the word that labs lack is named', (action, message) => {
    expect(() => translate(observation(HELD, action))).toThrow(message)
  })
})
