import { ensureBuilt } from '../../resources/runtime/build.mjs'
import { hasDisplay, startVirtualDisplay } from '../../resources/runtime/display.mjs'
import { electronEnvironment, ensureElectron } from '../../resources/runtime/electron-runtime.mjs'

/** What every test that starts the app needs, once: the build, the runtime, a screen. The tests find them in their environment. */
export async function setup(): Promise<() => Promise<void>> {
  await ensureBuilt()
  delete process.env.ELECTRON_RUN_AS_NODE
  Object.assign(process.env, electronEnvironment(await ensureElectron()))
  if (hasDisplay()) return () => Promise.resolve()
  const display = await startVirtualDisplay()
  Object.assign(process.env, display.env)
  return display.stop
}
