import type { ElectronApplication } from 'playwright-core'

/** Process id of the running engine host, null while there is none. */
export function enginePid(app: ElectronApplication): Promise<number | null> {
  return app.evaluate(({ app: self }) => self.getAppMetrics().find(({ name, serviceName }) => name === 'PinLab engine' || serviceName === 'PinLab engine')?.pid ?? null)
}
