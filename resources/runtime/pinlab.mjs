import { ensureBuilt } from './build.mjs'
import { at } from './checkout.mjs'
import { ensureNpmDependencies } from './npm-dependencies.mjs'
import { runProgram } from './run-program.mjs'
import { exitWith } from './setup-failure.mjs'

await exitWith(async () => {
  await ensureNpmDependencies()
  await ensureBuilt()
  // npm changes to the package's folder; file names on the command line are meant from where the person stands.
  const cwd = process.env.npm_lifecycle_event === 'pinlab' && process.env.INIT_CWD || process.cwd()
  const { code } = await runProgram(process.execPath, [at('out', 'main', 'pinlab.js'), ...process.argv.slice(2)], { cwd, output: 'inherit' })
  return code
})
