import { Menu, type MenuItemConstructorOptions, app } from 'electron';

/** Words that menu items send to the window; the window acts on them as on its own shortcuts. */
export type MenuCommand =
  | 'new' | 'open' | 'import' | 'save' | 'save-as' | 'export-report'
  | 'undo' | 'redo'
  | 'theme-system' | 'theme-light' | 'theme-dark'
  | 'shortcuts';

export interface MenuActions {
  readonly send: (command: MenuCommand) => void;
  readonly showAbout: () => void;
}

export function installMenu(actions: MenuActions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(actions)));
}

function menuTemplate({ send, showAbout }: MenuActions): MenuItemConstructorOptions[] {
  const item = (label: string, command: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    id: command,
    label,
    // Shown, not taken: the window acts on its keys itself and leaves Ctrl+Z to the text field that has the focus.
    ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: false }),
    click: () => {
      send(command);
    },
  });
  const line: MenuItemConstructorOptions = { type: 'separator' };
  return [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        item('New', 'new', 'CmdOrCtrl+N'),
        item('Open…', 'open', 'CmdOrCtrl+O'),
        item('Import hwloc…', 'import'),
        line,
        item('Save', 'save', 'CmdOrCtrl+S'),
        item('Save As…', 'save-as', 'CmdOrCtrl+Shift+S'),
        line,
        item('Export report…', 'export-report', 'CmdOrCtrl+E'),
        line,
        { role: 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [
        item('Undo', 'undo', 'CmdOrCtrl+Z'),
        item('Redo', 'redo', 'CmdOrCtrl+Shift+Z'),
        line,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: '&View',
      submenu: [
        { label: 'Theme', submenu: [item('Like the system', 'theme-system'), item('Light', 'theme-light'), item('Dark', 'theme-dark')] },
        line,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [line, { role: 'toggleDevTools' } as const]),
      ],
    },
    {
      label: '&Help',
      submenu: [item('Shortcuts', 'shortcuts', 'F1'), { id: 'about', label: `About ${app.name}`, click: showAbout }],
    },
  ];
}
