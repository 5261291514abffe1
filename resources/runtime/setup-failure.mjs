export const exitCode = { failed: 1, cannotHere: 4 }

/** A failure that the person at the keyboard can do something about: the message is the whole output, without a stack. */
export class SetupFailure extends Error {
  /**
   * @param {string} message
   * @param {number} code
   */
  constructor(message, code = exitCode.failed) {
    super(message)
    this.code = code
  }
}

/** @param {string} line */
export function tell(line) {
  process.stderr.write(`${line}\n`)
}

/**
 * The door of every script here.
 * @param {() => Promise<number>} main
 */
export async function exitWith(main) {
  try {
    process.exitCode = await main()
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error
    tell(error.message)
    process.exitCode = error.code
  }
}
