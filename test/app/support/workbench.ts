import { type Locator, type Page, errors } from 'playwright-core'

/** What a person sees and touches, by the words on it. */
export class Workbench {
  readonly guide: Locator
  readonly inspector: Locator
  readonly status: Locator
  readonly header: Locator
  readonly banner: Locator
  /** The views at the bottom. */
  readonly views: Locator

  constructor(readonly page: Page) {
    this.guide = page.getByRole('region', { name: 'Guided lab' })
    this.inspector = page.getByRole('complementary', { name: 'Inspector' })
    this.status = page.locator('footer.status-bar')
    this.header = page.getByRole('banner')
    this.banner = page.getByRole('alert')
    this.views = page.getByRole('region', { name: 'Views' })
  }

  /** Opens a bundled lab from the start screen. */
  async openFromStart(title: string): Promise<void> {
    await this.page.getByRole('main').getByRole('button', { name: title }).click()
    // A key pressed before the lab is there would be meant for the start screen.
    await this.page.getByRole('region', { name: 'Topology' }).waitFor()
  }

  /** Goes to a step of the guide, predicts an answer, and sees the run to the place that shows what happens. */
  async predictAndWatch(step: number, answer: number): Promise<void> {
    await this.guide.getByRole('button', { name: `Step ${step}:` }).click()
    await this.guide.getByRole('radio').nth(answer - 1).click()
    await this.guide.getByRole('button', { name: 'Run', exact: true }).click()
    // A short run may have come to its end by itself.
    await this.guide.getByRole('button', { name: 'Show what happens' }).click({ timeout: 2000 }).catch(ignoreTimeout)
    await this.guide.getByRole('status').waitFor()
  }

  /** Selects what a query of the palette names: "page:G:1", "op:admin.1". */
  async select(query: string): Promise<void> {
    await this.page.keyboard.press('Control+k')
    await this.page.getByPlaceholder(/^Commands, labs/).fill(query)
    await this.page.keyboard.press('Enter')
    await this.page.getByRole('dialog').waitFor({ state: 'detached' })
  }

  card(name: string): Locator {
    return this.page.getByRole('region', { name: 'Topology' }).getByRole('button', { name: new RegExp(`^${name},`) })
  }

  /** A fact in the inspector: the text beside its name. */
  async fact(name: string): Promise<string> {
    const lines = (await this.inspector.innerText()).split('\n').map((line) => line.trim()).filter((line) => line !== '')
    return lines[lines.indexOf(name) + 1] ?? ''
  }

  /** "step 67 of 89" as [67, 89]. */
  async position(): Promise<readonly [number, number]> {
    const [, at = '', of = ''] = /step\s+([\d\s,]+)\s+of\s+([\d\s,]+)/.exec(await this.status.innerText()) ?? []
    return [Number(at.replaceAll(/\D/g, '')), Number(of.replaceAll(/\D/g, ''))]
  }
}

function ignoreTimeout(error: unknown): void {
  if (!(error instanceof errors.TimeoutError)) throw error
}
