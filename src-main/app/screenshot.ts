import { writeFileSync } from 'node:fs';
import { type BrowserWindow, app } from 'electron';

const READY_TIMEOUT_MS = 60_000;

/** Photographs the window once its page says that the lab is on screen, then ends the app; with exit code 1 if that never comes. */
export class Screenshot {
  readonly #window: BrowserWindow;
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;

  constructor(window: BrowserWindow, path: string) {
    this.#window = window;
    this.#path = path;
    this.#timer = setTimeout(() => {
      process.stderr.write(`No screenshot: the lab was not on screen within ${READY_TIMEOUT_MS / 1000} s.\n`);
      app.exit(1);
    }, READY_TIMEOUT_MS);
  }

  async take(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const image = await this.#window.webContents.capturePage();
      if (image.isEmpty()) throw new Error('the window gave an empty picture');
      writeFileSync(this.#path, image.toPNG());
      app.exit(0);
    } catch (error) {
      process.stderr.write(`No screenshot in ${this.#path}: ${error instanceof Error ? error.message : String(error)}\n`);
      app.exit(1);
    }
  }
}
