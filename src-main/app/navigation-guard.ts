import { type Session, type WebContents, app } from 'electron';

/** The window shows our own page and nothing else: no other page, no other window, no download, no permission. */
export function guardNavigation(origin: string): void {
  app.on('session-created', guardSession);
  app.on('web-contents-created', (_event, contents) => {
    guardContents(contents, origin);
  });
}

function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => {
    event.preventDefault();
  });
}

function guardContents(contents: WebContents, origin: string): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    if (!isOwnPage(event.url, origin)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    if (!isOwnPage(event.url, origin)) event.preventDefault();
  });
}

const isOwnPage = (url: string, origin: string): boolean => url === origin || url.startsWith(`${origin}/`);
