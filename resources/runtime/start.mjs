import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { ensureBuilt } from './build.mjs'
import { at, root } from './checkout.mjs'
import { hasDisplay, startVirtualDisplay } from './display.mjs'
import { electronEnvironment, sandboxArguments } from './electron-runtime.mjs'
import { runProgram } from './run-program.mjs'
import { setUp } from './setup.mjs'
import { SetupFailure, exitWith } from './setup-failure.mjs'

/** @typedef {import('./electron-runtime.mjs').ElectronRuntime} ElectronRuntime */

const firstLab = 'resources/labs/guided/truncate-vs-dma.lab.yaml'
const asExpected = 0
const safetyViolation = 10
const livenessViolation = 11
const screenshotTimeoutMs = 120_000
// Chromium complains about the message bus and the graphics card that such machines lack.
const fatalMessagesOnly = '--log-level=3'

await exitWith(async () => {
  const runtime = await setUp()
  await ensureBuilt()
  return hasDisplay() ? openWindow(runtime, process.argv.slice(2)) : showWithoutDisplay(runtime)
})

/**
 * @param {ElectronRuntime} runtime
 * @param {readonly string[]} args
 */
async function openWindow(runtime, args) {
  const lab = args.some((arg) => arg.startsWith('--lab=')) ? [] : [`--lab=${firstLab}`]
  const { code } = await runProgram(runtime.executable, [...sandboxArguments(), '.', ...lab, ...args], { env: electronEnvironment(runtime), output: 'inherit' })
  return code
}

/** @param {ElectronRuntime} runtime */
async function showWithoutDisplay(runtime) {
  process.stdout.write('There is no display here: running the first guided lab on the command line, then the app on a virtual display.\n')
  const report = at('out', 'headless', 'truncate-vs-dma.html')
  const screenshot = at('out', 'headless', 'truncate-vs-dma.png')
  mkdirSync(at('out', 'headless'), { recursive: true })
  for (const path of [report, screenshot]) rmSync(path, { force: true })
  await runLab(report)
  await photographApp(runtime, screenshot)
  process.stdout.write(`Report:     ${report}\nScreenshot: ${screenshot}\n`)
  return 0
}

/** @param {string} report */
async function runLab(report) {
  const { code } = await runProgram(process.execPath, [at('out', 'main', 'pinlab.js'), 'run', firstLab, '--report', report], { output: 'inherit' })
  if (![asExpected, safetyViolation, livenessViolation].includes(code)) throw new SetupFailure(`pinlab run ${firstLab} ended with exit code ${code}; its message is above.`)
  if (!existsSync(report)) throw new SetupFailure(`pinlab run ${firstLab} ended with exit code ${code} but wrote no report to ${report}.`)
}

/**
 * @param {ElectronRuntime} runtime
 * @param {string} screenshot
 */
async function photographApp(runtime, screenshot) {
  const display = await startVirtualDisplay()
  try {
    const env = { ...electronEnvironment(runtime), ...display.env }
    const args = [...sandboxArguments(), fatalMessagesOnly, '.', `--lab=${firstLab}`, `--screenshot=${screenshot}`]
    const { code, timedOut } = await runProgram(runtime.executable, args, { cwd: root, env, timeoutMs: screenshotTimeoutMs })
    if (timedOut) throw new SetupFailure(`The app took no screenshot within ${screenshotTimeoutMs / 1000} s and was stopped.`)
    if (code !== 0 || !existsSync(screenshot)) throw new SetupFailure(`The app ended with exit code ${code} and ${existsSync(screenshot) ? 'a' : 'no'} screenshot; its messages are above.`)
  } finally {
    await display.stop()
  }
}
