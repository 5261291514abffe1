import { at } from '../../../resources/runtime/checkout.mjs'
import { runProgram } from '../../../resources/runtime/run-program.mjs'

/** 600 sequences of all operations and 2,000 of colliding ones that npm test takes, so many times. */
const TIMES = 84

export const title = `${600 * TIMES} random sequences of all operations under all policies, and ${2_000 * TIMES} that collide on one file`

export async function run() {
  const { code } = await runProgram(
    process.execPath,
    [at('node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', 'test/vitest.config.ts', '--project', 'unit', 'test/fuzz'],
    { output: 'inherit', env: { ...process.env, PINLAB_LONG: String(TIMES) } }
  )
  return code === 0 ? 0 : 1
}
