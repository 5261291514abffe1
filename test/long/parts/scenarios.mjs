import { at } from '../../../resources/runtime/checkout.mjs'
import { runProgram } from '../../../resources/runtime/run-program.mjs'

const TIMES = 20

export const title = `Every scenario row on ${100 * TIMES} random schedules`

export async function run() {
  const { code } = await runProgram(
    process.execPath,
    [at('node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', 'test/vitest.config.ts', '--project', 'unit', 'test/scenarios'],
    { output: 'inherit', env: { ...process.env, PINLAB_LONG: String(TIMES) } }
  )
  return code === 0 ? 0 : 1
}
