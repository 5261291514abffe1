import { at } from '../../../resources/runtime/checkout.mjs'
import { runProgram } from '../../../resources/runtime/run-program.mjs'

const TIMES = 30

export const title = `Properties of state and engine, ${TIMES} times as many cases as npm test takes`

export async function run() {
  const { code } = await runProgram(
    process.execPath,
    [at('node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', 'test/vitest.config.ts', '--project', 'unit', 'test/src-shared/state', 'test/src-main/sim/engine'],
    { output: 'inherit', env: { ...process.env, PINLAB_LONG: String(TIMES) } }
  )
  return code === 0 ? 0 : 1
}
