import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LaunchedApp, launchApp } from './support/launch'

let lab: LaunchedApp

beforeAll(async () => {
  lab = await launchApp()
})

afterAll(async () => {
  await lab.close()
})

test('the page is isolated, sandboxed and without Node', async () => {
  const preferences = await lab.app.evaluate(({ BrowserWindow }) => {
    // Electron keeps what a page really got out of its types.
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
    const { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag } = contents.getLastWebPreferences()
    return { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag }
  })
  expect(preferences).toEqual({ contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true, webviewTag: false })
  expect(await lab.page.evaluate(() => ['require', 'process', 'module', 'electron'].filter((name) => name in window))).toEqual([])
  expect(await lab.page.evaluate(() => Object.keys(window.pinlab).sort())).toEqual(['invoke', 'onMenu', 'onTrace'])
})

test('the page comes from app://pinlab with a policy that lets in nothing foreign', async () => {
  const { origin, policy, missing } = await lab.page.evaluate(async () => ({
    origin: location.origin,
    policy: (await fetch('/index.html')).headers.get('content-security-policy') ?? '',
    missing: await Promise.all(['/../../package.json', '/%2e%2e/%2e%2e/package.json', '/..%2f..%2fpackage.json', '/no-such-file.js'].map(async (path) => (await fetch(path)).status))
  }))
  expect(origin).toBe('app://pinlab')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/unsafe|\*|https?:/)
  expect(missing).toEqual([404, 404, 404, 404])
})

test('code from a string does not run in the page', async () => {
  const outcome = await lab.page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'window.injected = true'
    document.head.append(script)
    return 'injected' in window
  })
  expect(outcome).toBe(false)
})

test('the page cannot leave, open a window or load another origin', async () => {
  await lab.page.evaluate(() => {
    location.href = 'https://example.invalid/'
  })
  const opened = await lab.page.evaluate(() => window.open('https://example.invalid/') === null)
  const fetched = await lab.page.evaluate(() => fetch('https://example.invalid/').then(() => 'loaded', () => 'refused'))
  expect(opened).toBe(true)
  expect(fetched).toBe('refused')
  expect(await lab.page.evaluate(() => location.origin)).toBe('app://pinlab')
  expect(lab.app.windows()).toHaveLength(1)
})

test('no permission is granted', async () => {
  const states = await lab.page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone', 'midi', 'clipboard-read'] as PermissionName[]
    return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state))
  })
  expect(states).toEqual(states.map(() => 'denied'))
  expect(await lab.page.evaluate(() => Notification.requestPermission())).toBe('denied')
})

/** Calls the bridge as no type-checked code would. */
function askRaw(name: unknown, request: unknown): Promise<unknown> {
  return lab.page.evaluate(([n, r]) => (window.pinlab.invoke as (name: unknown, request: unknown) => Promise<unknown>)(n, r), [name, request] as const)
}

const refusal = (message: RegExp): unknown => ({ ok: false, fault: { code: 'bad-request', message: expect.stringMatching(message) as string } })

test('a command that does not exist is refused', async () => {
  expect(await askRaw('shell.exec', { command: 'true' })).toEqual(refusal(/no command "shell.exec"/))
  expect(await askRaw('toString', {})).toEqual(refusal(/no command "toString"/))
  expect(await askRaw(7, {})).toEqual(refusal(/no command 7/))
})

test('a command of the wrong shape is refused and names the place', async () => {
  expect(await askRaw('lab.openBundled', { id: 7 })).toEqual(refusal(/id/))
  expect(await askRaw('lab.openBundled', {})).toEqual(refusal(/id/))
  expect(await askRaw('app.setDirty', { dirty: true, title: 'x', extra: 1 })).toEqual(refusal(/extra/))
  expect(await askRaw('run.start', null)).toEqual(refusal(/object/))
})

test('a file that nobody chose is neither read nor written', async () => {
  expect(await askRaw('lab.open', { path: '/etc/hostname' })).toEqual(refusal(/not chosen/))
  expect(await askRaw('lab.import', { path: '/etc/hostname' })).toEqual(refusal(/not chosen/))
  expect(await askRaw('lab.save', { path: '/etc/pinlab', name: 'x', text: '', lab: {} })).toEqual(refusal(/not chosen/))
  expect(await askRaw('lab.openBundled', { id: '../../package' })).toEqual(refusal(/no bundled lab/))
})

test('a frame inside the page has no bridge', async () => {
  const hasBridge = await lab.page.evaluate(() => {
    const frame = document.createElement('iframe')
    document.body.append(frame)
    const lent = frame.contentWindow !== null && 'pinlab' in frame.contentWindow
    frame.remove()
    return lent
  })
  expect(hasBridge).toBe(false)
})
