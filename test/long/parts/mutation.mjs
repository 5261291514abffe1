import { at } from '../../../resources/runtime/checkout.mjs'
import { runProgram } from '../../../resources/runtime/run-program.mjs'

export const title = 'Every mutant of the step tables: at least 90 % are noticed, survivors are printed'

export async function run() {
  const { code } = await runProgram(
    process.execPath,
    [at('node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', 'test/vitest.config.ts', '--project', 'unit', 'test/mutation'],
    { output: 'inherit', env: { ...process.env, PINLAB_LONG: '4' } }
  )
  return code === 0 ? 0 : 1
}
