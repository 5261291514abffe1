import { writeFileSync } from 'node:fs'
import type { UserConsoleLog } from 'vitest'
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node'

/** What test/run.mjs adds up. */
export interface Outcome {
  passed: number
  readonly failed: { readonly name: string; readonly message: string }[]
  readonly skipped: { readonly name: string; readonly reason: string }[]
}

const withoutReason = 'skipped without a reason; call skip(condition, reason) of the test context'

/** One line a file while the tests run, and a file with the outcome at the end. */
export default class OutcomeReporter implements Reporter {
  readonly #outcome: Outcome = { passed: 0, failed: [], skipped: [] }

  onTestCaseResult(test: TestCase): void {
    const result = test.result()
    const name = `${test.module.relativeModuleId} > ${test.fullName}`
    if (result.state === 'passed') this.#outcome.passed++
    else if (result.state === 'failed') this.#fail(name, result.errors)
    else if (result.state === 'skipped' && result.note !== undefined) this.#outcome.skipped.push({ name, reason: result.note })
    else this.#fail(name, [{ message: withoutReason }])
  }

  /** What a test says (pending rows, seeds, figures) belongs to the outcome as a person reads it. */
  onUserConsoleLog({ content, type }: UserConsoleLog): void {
    if (type === 'stdout') process.stdout.write(content.replaceAll(/^(?=.)/gm, '  '))
  }

  onTestSuiteResult(suite: TestSuite): void {
    if (suite.errors().length > 0) this.#fail(`${suite.module.relativeModuleId} > ${suite.fullName}`, suite.errors())
  }

  onTestModuleEnd(module: TestModule): void {
    if (module.errors().length > 0) this.#fail(module.relativeModuleId, module.errors())
    const tests = [...module.children.allTests()]
    const good = tests.filter((test) => test.result().state !== 'failed').length
    const mark = module.ok() ? 'ok  ' : 'FAIL'
    process.stdout.write(`  ${mark} ${module.relativeModuleId} (${good}/${tests.length}, ${Math.round(module.diagnostic().duration)} ms)\n`)
  }

  onTestRunEnd(_modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    if (unhandled.length > 0) this.#fail('an error outside any test', unhandled)
    const path = process.env.PINLAB_TEST_OUTCOME
    if (path !== undefined) writeFileSync(path, JSON.stringify(this.#outcome))
  }

  #fail(name: string, errors: readonly { readonly message: string; readonly diff?: string | undefined; readonly stacks?: readonly { readonly file: string; readonly line: number }[] | undefined }[]): void {
    const message = errors.map((error) => {
      const place = error.stacks?.[0]
      return [error.message, error.diff, place && `at ${place.file}:${place.line}`].filter((part) => part !== undefined).join('\n')
    }).join('\n')
    this.#outcome.failed.push({ name, message })
  }
}
