import { beforeEach, expect, test } from 'vitest'
import { CommandRefusal } from '../../../src-main/app/command-refusal'
import { CommandRouter, type Handlers } from '../../../src-main/app/command-router'

const own = { origin: 'app://pinlab' }
const foreign = { origin: 'https://example.invalid' }

let obeyed: string[]
let logged: unknown[]

beforeEach(() => {
  obeyed = []
  logged = []
})

function routerWith(open: () => ReturnType<Handlers['lab.open']>): CommandRouter {
  const unexpected = (): never => {
    throw new Error('no test asks for this')
  }
  const handlers: Handlers = {
    'app.start': unexpected,
    'lab.openBundled': unexpected,
    'lab.import': unexpected,
    'lab.save': unexpected,
    'run.start': unexpected,
    'compare.start': unexpected,
    'conform.start': unexpected,
    'conform.openLab': unexpected,
    'report.export': unexpected,
    'app.screenshotReady': unexpected,
    'app.setDirty': unexpected,
    'lab.open': (request) => {
      obeyed.push(`open ${String(request.path)}`)
      return open()
    }
  }
  return new CommandRouter(handlers, (sender) => sender === own, (error) => logged.push(error))
}

const cancelling = (): ReturnType<Handlers['lab.open']> => Promise.resolve({ kind: 'cancelled' })

test('a well-formed command of the window is obeyed', async () => {
  expect(await routerWith(cancelling).answer(own, 'lab.open', { path: null })).toEqual({ ok: true, reply: { kind: 'cancelled' } })
  expect(obeyed).toEqual(['open null'])
})

test.each([
  ['a foreign sender', foreign, 'lab.open', { path: null }],
  ['another frame of the same origin', { ...own }, 'lab.open', { path: null }],
  ['a sender that is gone', null, 'lab.open', { path: null }],
  ['an unknown name', own, 'lab.delete', { path: null }],
  ['a name that every object has', own, 'constructor', { path: null }],
  ['a wrong type', own, 'lab.open', { path: 7 }],
  ['a missing field', own, 'lab.open', {}],
  ['an additional field', own, 'lab.open', { path: null, force: true }],
  ['no request', own, 'lab.open', undefined]
])('%s is refused and nothing is done', async (_what, sender, name, request) => {
  expect(await routerWith(cancelling).answer(sender, name, request)).toMatchObject({ ok: false, fault: { code: 'bad-request' } })
  expect(obeyed).toEqual([])
})

test('a refusal keeps its code and message, and is no fault to log', async () => {
  const router = routerWith(() => Promise.reject(new CommandRefusal('host-died', 'The engine ended.')))
  expect(await router.answer(own, 'lab.open', { path: null })).toEqual({ ok: false, fault: { code: 'host-died', message: 'The engine ended.' } })
  expect(logged).toEqual([])
})

test('an error of the file system is told apart from a fault of our own, and both are logged', async () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })
  expect(await routerWith(() => Promise.reject(full)).answer(own, 'lab.open', { path: null })).toMatchObject({ fault: { code: 'io', message: full.message } })
  const own2 = new TypeError('x is not a function')
  expect(await routerWith(() => Promise.reject(own2)).answer(own, 'lab.open', { path: null })).toMatchObject({ fault: { code: 'internal' } })
  expect(logged).toEqual([full, own2])
})
