import type { ElectronApplication } from 'playwright-core'

/** The person answers the next dialogs for opening with this file. */
export function answerOpen(app: ElectronApplication, path: string | null): Promise<void> {
  return app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: chosen === null, filePaths: chosen === null ? [] : [chosen] })
  }, path)
}

/** The person answers the next dialogs for saving with this file. */
export function answerSave(app: ElectronApplication, path: string | null): Promise<void> {
  return app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: chosen === null, filePath: chosen ?? '' })
  }, path)
}

export type ClosingAnswer = 'save' | 'discard' | 'cancel'

/** The person answers the question about unsaved changes at closing. Asked says how often it came. */
export async function answerClosing(app: ElectronApplication, answer: ClosingAnswer): Promise<{ asked(): Promise<number> }> {
  await app.evaluate(({ dialog }, response) => {
    const counter = globalThis as { closingQuestions?: number }
    counter.closingQuestions = 0
    dialog.showMessageBox = () => {
      counter.closingQuestions = (counter.closingQuestions ?? 0) + 1
      return Promise.resolve({ response, checkboxChecked: false })
    }
  }, ['save', 'discard', 'cancel'].indexOf(answer))
  return { asked: () => app.evaluate(() => (globalThis as { closingQuestions?: number }).closingQuestions ?? 0) }
}
