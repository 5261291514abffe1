import { existsSync, readFileSync, rmSync } from 'node:fs'
import { at } from '../../resources/runtime/checkout.mjs'
import { runProgram } from '../../resources/runtime/run-program.mjs'

/** @typedef {import('./outcome-reporter').Outcome} Outcome */

/**
 * @param {string} packageName
 * @param {string} script
 * @param {readonly string[]} args
 * @returns {Promise<string | undefined>} a message if the tool is not content
 */
export async function runTool(packageName, script, args) {
  const { code } = await runProgram(process.execPath, [at('node_modules', packageName, script), ...args], { output: 'inherit' })
  return code === 0 ? undefined : `${packageName} ended with exit code ${code}; its messages are above`
}

/**
 * @param {import('./tally.mjs').Tally} tally
 * @param {'unit' | 'app'} project
 * @param {readonly string[]} filters
 */
export async function runVitest(tally, project, filters) {
  process.stdout.write(`${project} tests\n`)
  const path = at('out', 'test', `${project}.json`)
  rmSync(path, { force: true })
  const args = ['run', '--config', 'test/vitest.config.ts', '--project', project, '--reporter', at('test', 'support', 'outcome-reporter.ts'), '--passWithNoTests', ...filters]
  const { code } = await runProgram(process.execPath, [at('node_modules', 'vitest', 'vitest.mjs'), ...args], {
    output: 'inherit',
    env: { ...process.env, PINLAB_TEST_OUTCOME: path }
  })
  const outcome = existsSync(path) ? /** @type {Outcome} */ (JSON.parse(readFileSync(path, 'utf8'))) : undefined
  if (outcome !== undefined) {
    tally.passed += outcome.passed
    tally.failed.push(...outcome.failed)
    tally.skipped.push(...outcome.skipped)
  }
  if (code !== 0 && (outcome === undefined || outcome.failed.length === 0)) tally.fail(`${project} tests`, `vitest ended with exit code ${code}; its messages are above`)
}
