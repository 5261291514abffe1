import { mkdirSync } from 'node:fs'
import { ensureBuilt } from '../resources/runtime/build.mjs'
import { at } from '../resources/runtime/checkout.mjs'
import { SetupFailure } from '../resources/runtime/setup-failure.mjs'
import { Tally } from './support/tally.mjs'
import { runTool, runVitest } from './support/tools.mjs'

const staticOnly = process.argv.includes('--static')
const tally = new Tally()
mkdirSync(at('out', 'test'), { recursive: true })

const built = staticOnly || await tally.check('build', buildMessage)
await tally.check('types (vue-tsc, all projects)', () => runTool('vue-tsc', 'bin/vue-tsc.js', ['--build', at()]))
await tally.check('lint (oxlint)', () => runTool('oxlint', 'bin/oxlint', ['--config', 'test/lint/oxlint.json', '--deny-warnings']))
await tally.check('lint (eslint with types)', () => runTool('eslint', 'bin/eslint.js', ['--config', 'test/lint/eslint.config.mjs', '--max-warnings', '0', '.']))
if (staticOnly) await runVitest(tally, 'unit', ['test/house'])
else {
  await runVitest(tally, 'unit', [])
  if (built) await runVitest(tally, 'app', [])
  else tally.skip('app tests', 'the build failed')
}

process.exitCode = tally.report()

async function buildMessage() {
  try {
    await ensureBuilt()
    return undefined
  } catch (error) {
    if (error instanceof SetupFailure) return error.message
    throw error
  }
}
