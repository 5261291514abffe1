import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { root } from './checkout.mjs'
import { SetupFailure, exitCode } from './setup-failure.mjs'

/**
 * @typedef {object} ProgramOptions
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [cwd]
 * @property {number} [timeoutMs]
 * @property {'inherit' | 'stderr' | 'captured'} [output] where the program's stdout goes; default stderr
 * @property {boolean} [shell]
 */

/**
 * Runs a program to its end. A signal counts as exit code 128 + its number, as in a shell.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {ProgramOptions} [options]
 * @returns {Promise<{ code: number, stdout: string, timedOut: boolean }>}
 */
export function runProgram(command, args, options = {}) {
  const { env = process.env, cwd = root, timeoutMs, output = 'stderr', shell = false } = options
  const stdout = output === 'inherit' ? 'inherit' : output === 'captured' ? 'pipe' : 2
  const stdin = output === 'inherit' ? 'inherit' : 'ignore'
  const child = spawn(command, args, { env, cwd, shell, stdio: [stdin, stdout, 'inherit'] })
  const forget = passSignalsTo(child)
  return new Promise((resolve, reject) => {
    let text = ''
    let timedOut = false
    const timer = timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
        timedOut = true
        child.kill('SIGKILL')
      }, timeoutMs)
    const settle = () => {
      clearTimeout(timer)
      forget()
    }
    child.stdout?.setEncoding('utf8').on('data', (/** @type {string} */ part) => {
      text += part
    })
    child.on('error', (error) => {
      settle()
      reject(new SetupFailure(`Cannot start ${command}: ${error.message}. Is it installed and on the PATH?`, exitCode.cannotHere))
    })
    child.on('close', (code, signal) => {
      settle()
      resolve({ code: code ?? 128 + (signal ? constants.signals[signal] : 0), stdout: text, timedOut })
    })
  })
}

/**
 * The terminal sends an interrupt to the whole group; the child decides how to end, we wait for it and pass on its code.
 * @param {import('node:child_process').ChildProcess} child
 */
function passSignalsTo(child) {
  const wait = () => undefined
  const terminate = () => {
    child.kill('SIGTERM')
  }
  process.on('SIGINT', wait)
  process.on('SIGTERM', terminate)
  return () => {
    process.off('SIGINT', wait)
    process.off('SIGTERM', terminate)
  }
}
