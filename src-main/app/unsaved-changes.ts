import { type BrowserWindow, dialog } from 'electron';

const SAVE = 0;
const DISCARD = 1;
const CANCEL = 2;

/** Asks before a window closes over changes that are in no file. */
export class UnsavedChanges {
  readonly #window: BrowserWindow;
  readonly #save: () => void;
  #isDirty = false;
  #title = '';
  #closesWhenSaved = false;

  /** @param save has the page save its lab; success comes back as {@link set} with `dirty` false */
  constructor(window: BrowserWindow, save: () => void) {
    this.#window = window;
    this.#save = save;
    window.on('close', (event) => {
      if (!this.#isDirty) return;
      event.preventDefault();
      void this.#ask();
    });
  }

  set(isDirty: boolean, title: string): void {
    this.#isDirty = isDirty;
    this.#title = title;
    this.#window.setDocumentEdited(isDirty);
    if (!isDirty && this.#closesWhenSaved) this.#window.close();
  }

  /** The save dialog was left without a file: the window stays. */
  savingCancelled(): void {
    this.#closesWhenSaved = false;
  }

  async #ask(): Promise<void> {
    const { response } = await dialog.showMessageBox(this.#window, {
      type: 'warning',
      message: `Save the changes to ${this.#title}?`,
      detail: 'They are lost if you close without saving.',
      buttons: ['Save', 'Close without saving', 'Cancel'],
      defaultId: SAVE,
      cancelId: CANCEL,
      noLink: true,
    });
    if (response === DISCARD) this.#window.destroy();
    if (response !== SAVE) return;
    this.#closesWhenSaved = true;
    this.#save();
  }
}
