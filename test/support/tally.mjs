/** Counts checks and tests, and says at the end what came of them. */
export class Tally {
  passed = 0
  /** @type {{ name: string, message: string }[]} */
  failed = []
  /** @type {{ name: string, reason: string }[]} */
  skipped = []

  /**
   * @param {string} name
   * @param {() => Promise<string | undefined>} run gives a message if the check fails
   * @returns {Promise<boolean>}
   */
  async check(name, run) {
    say(name)
    const start = performance.now()
    const message = await run()
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    if (message === undefined) {
      this.passed++
      say(`ok   ${name} (${seconds} s)`)
      return true
    }
    this.fail(name, message)
    say(`FAIL ${name} (${seconds} s)`)
    return false
  }

  /**
   * @param {string} name
   * @param {string} message
   */
  fail(name, message) {
    this.failed.push({ name, message })
  }

  /**
   * @param {string} name
   * @param {string} reason
   */
  skip(name, reason) {
    this.skipped.push({ name, reason })
  }

  /** @returns {number} the exit code */
  report() {
    say('')
    for (const { name, message } of this.failed) say(`FAILED ${name}\n${message.replace(/^/gm, '    ')}`)
    for (const { name, reason } of this.skipped) say(`SKIPPED ${name}: ${reason}`)
    say(`${this.skipped.length} skipped`)
    say(`${this.passed} passed, ${this.failed.length} failed`)
    return this.failed.length === 0 ? 0 : 1
  }
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`)
}
