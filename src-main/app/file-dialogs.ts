import { type BrowserWindow, type FileFilter, dialog } from 'electron';
import type { GrantedPaths } from './granted-paths';

/** The only way for the window to reach a file that was not named on the command line. Null when the person cancels. */
export class FileDialogs {
  readonly #window: BrowserWindow;
  readonly #paths: GrantedPaths;

  constructor(window: BrowserWindow, paths: GrantedPaths) {
    this.#window = window;
    this.#paths = paths;
  }

  /** Asks for a file to read, unless a granted one is named. */
  async toRead(named: string | null, filters: FileFilter[]): Promise<string | null> {
    if (named !== null) return this.#paths.require(named);
    const { canceled, filePaths: [path] } = await dialog.showOpenDialog(this.#window, { properties: ['openFile'], filters });
    return canceled || path === undefined ? null : this.#paths.grant(path);
  }

  /** Asks for files to read, unless granted ones are named. */
  async toReadSeveral(named: readonly string[] | null, filters: FileFilter[]): Promise<readonly string[] | null> {
    if (named !== null) return named.map(path => this.#paths.require(path));
    const { canceled, filePaths } = await dialog.showOpenDialog(this.#window, { properties: ['openFile', 'multiSelections'], filters });
    return canceled || filePaths.length === 0 ? null : filePaths.map(path => this.#paths.grant(path));
  }

  /** Asks for a file to write, unless a granted one is named. */
  async toWrite(named: string | null, proposal: string, filters: FileFilter[]): Promise<string | null> {
    if (named !== null) return this.#paths.require(named);
    const { canceled, filePath } = await dialog.showSaveDialog(this.#window, { defaultPath: proposal, filters });
    return canceled || filePath === '' ? null : this.#paths.grant(filePath);
  }
}
