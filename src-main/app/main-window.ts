import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BrowserWindow, app, screen } from 'electron';
import { type Bounds, FIRST_SIZE, MIN_SIZE, clampToWorkArea, parseBounds } from './window-bounds';

const boundsFile = (): string => join(app.getPath('userData'), 'window.json');

/** @param preload script that lends the page its bridge */
export function createMainWindow(preload: string): BrowserWindow {
  const remembered = rememberedBounds();
  const window = new BrowserWindow({
    ...FIRST_SIZE,
    ...remembered,
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    show: false,
    title: app.name,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    window.show();
  });
  window.on('close', () => {
    rememberBounds(window.getNormalBounds());
  });
  return window;
}

/** Synchronous, because the app ends right after its window. */
function rememberBounds(bounds: Bounds): void {
  writeFileSync(`${boundsFile()}.new`, JSON.stringify(bounds));
  renameSync(`${boundsFile()}.new`, boundsFile());
}

function rememberedBounds(): Bounds | null {
  let text: string;
  try {
    text = readFileSync(boundsFile(), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const bounds = parseBounds(text);
  return bounds === null ? null : clampToWorkArea(bounds, screen.getAllDisplays().map(({ workArea }) => workArea));
}
