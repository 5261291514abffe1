import { at } from './checkout.mjs'
import { electronEnvironment } from './electron-runtime.mjs'
import { runProgram } from './run-program.mjs'
import { setUp } from './setup.mjs'
import { exitWith } from './setup-failure.mjs'

await exitWith(async () => {
  const runtime = await setUp()
  // electron-vite looks for a downloaded runtime itself, and dies without one, unless it is told the path.
  const env = { ...electronEnvironment(runtime), ...(process.getuid?.() === 0 ? { NO_SANDBOX: '1' } : {}) }
  const { code } = await runProgram(process.execPath, [at('node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'dev', ...process.argv.slice(2)], { env, output: 'inherit' })
  return code
})
