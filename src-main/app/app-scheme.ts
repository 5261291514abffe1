import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol } from 'electron';

const SCHEME = 'app';
export const APP_ORIGIN = `${SCHEME}://pinlab`;

/** `frame-ancestors` counts only in a header, so the whole policy is one. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // Cytoscape puts one fixed style element on the page: this is its hash.
  "style-src 'self' 'sha256-pgvDUBa4IjFA2yuSJ2cqcyxmNYJMborsd0ORcRv9vw8='",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.wasm': 'application/wasm',
};

/** Electron takes this only before it is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
}

/** Serves `folder`, and nothing else, as app://pinlab/. */
export function serveAppScheme(folder: string): void {
  protocol.handle(SCHEME, async (request) => {
    const path = request.method === 'GET' ? fileOf(request.url, folder) : null;
    const type = path === null ? undefined : contentTypes[extname(path)];
    if (path === null || type === undefined) return notFound();
    try {
      const headers = { 'content-type': type, 'content-security-policy': CONTENT_SECURITY_POLICY, 'x-content-type-options': 'nosniff' };
      return new Response(new Uint8Array(await readFile(path)), { headers });
    } catch (error) {
      if (isMissing(error)) return notFound();
      throw error;
    }
  });
}

function fileOf(address: string, folder: string): string | null {
  const url = new URL(address);
  if (url.host !== 'pinlab') return null;
  const path = normalize(join(folder, decodeURIComponent(url.pathname === '/' ? '/index.html' : url.pathname)));
  return path.startsWith(folder + sep) ? path : null;
}

const notFound = (): Response => new Response('Not found', { status: 404, headers: { 'content-security-policy': CONTENT_SECURITY_POLICY } });

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR');
