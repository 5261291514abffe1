import { join } from 'node:path';
import type { AppStart } from '@shared/protocol/commands';
import { type BrowserWindow, app, dialog, ipcMain } from 'electron';
import { APP_ORIGIN, registerAppScheme, serveAppScheme } from './app-scheme';
import { CommandRouter } from './command-router';
import { conformCommands } from './conform-commands';
import { EngineSupervisor } from './engine-supervisor';
import { FileDialogs } from './file-dialogs';
import { Gallery } from './gallery';
import { GrantedPaths } from './granted-paths';
import { labCommands } from './lab-commands';
import { type LaunchArguments, readLaunchArguments } from './launch-arguments';
import { createMainWindow } from './main-window';
import { type MenuCommand, installMenu } from './menu';
import { guardNavigation } from './navigation-guard';
import { reportCommands } from './report-commands';
import { runCommands } from './run-commands';
import { runtimeLabel } from './runtime-label';
import { Screenshot } from './screenshot';
import { UnsavedChanges } from './unsaved-changes';
import { windowCommands } from './window-commands';

// The development server serves the page with its own headers; a packaged app never listens to it.
const devServer = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL;
const origin = devServer === undefined ? APP_ORIGIN : new URL(devServer).origin;
const built = (...parts: string[]): string => join(app.getAppPath(), 'out', ...parts);
const log = (problem: unknown): void => {
  process.stderr.write(`${problem instanceof Error ? (problem.stack ?? problem.message) : String(problem)}\n`);
};

registerAppScheme();
guardNavigation(origin);
app.on('window-all-closed', () => {
  app.quit();
});
app.whenReady().then(start).catch((error: unknown) => {
  log(error);
  app.exit(70);
});

async function start(): Promise<void> {
  serveAppScheme(built('renderer'));
  const window = createMainWindow(built('preload', 'preload.cjs'));
  const engine = new EngineSupervisor(built('main', 'engine-host.js'), log);
  const send = (command: MenuCommand): void => {
    window.webContents.send('menu', command);
  };
  installMenu({ send, showAbout: () => void showAbout(window) });
  obeyCommands(window, engine, send);
  window.webContents.on('dom-ready', () => {
    engine.connect(window.webContents);
  });
  window.once('closed', () => {
    engine.stop();
  });
  await window.loadURL(`${origin}/`);
}

function obeyCommands(window: BrowserWindow, engine: EngineSupervisor, send: (command: MenuCommand) => void): void {
  const given = readLaunchArguments(process.argv, app.isPackaged, process.cwd());
  const paths = new GrantedPaths();
  const dialogs = new FileDialogs(window, paths);
  const gallery = new Gallery(join(app.getAppPath(), 'resources', 'labs'), log);
  const unsaved = new UnsavedChanges(window, () => {
    send('save');
  });
  const screenshot = given.screenshot === null ? null : new Screenshot(window, given.screenshot);
  if (given.lab !== null) paths.grant(given.lab);
  const router = new CommandRouter(
    {
      ...windowCommands({ engine, gallery, unsaved, screenshot, about: aboutApp(given, gallery) }),
      ...labCommands({ engine, dialogs, gallery, paths, savingCancelled: () => unsaved.savingCancelled() }),
      ...runCommands(engine),
      ...conformCommands(engine, dialogs),
      ...reportCommands(engine, dialogs, app.getVersion()),
    },
    (sender) => sender === window.webContents.mainFrame && sender.origin === origin,
    log,
  );
  ipcMain.handle('command', (event, name: unknown, request: unknown) => router.answer(event.senderFrame, name, request));
}

/** A bundled lab goes by its id, any other file by its path. */
function aboutApp({ lab }: LaunchArguments, gallery: Gallery): Pick<AppStart, 'version' | 'runtime' | 'openId'> {
  const openId = lab === null ? null : (gallery.idOf(lab) ?? lab);
  return { version: app.getVersion(), runtime: runtimeLabel(process.versions.electron), openId };
}

function showAbout(window: BrowserWindow): Promise<unknown> {
  return dialog.showMessageBox(window, {
    type: 'info',
    title: `About ${app.name}`,
    message: `${app.name} ${app.getVersion()}`,
    detail: `A lab for pages that devices hold while the kernel wants them back.\n${runtimeLabel(process.versions.electron)}, Chromium ${process.versions.chrome}, Node ${process.versions.node}`,
  });
}
