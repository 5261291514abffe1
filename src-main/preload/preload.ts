import type { Bridge, TraceMessage } from '@shared/protocol/commands';
import type { ChunkTaken } from '@shared/protocol/host-messages';
import { contextBridge, ipcRenderer } from 'electron';

/** The part of the DOM's MessagePort in use; this folder compiles without the DOM's types. */
interface TracePort {
  addEventListener(type: 'message', listener: (event: { readonly data: TraceMessage }) => void): void;
  postMessage(message: ChunkTaken): void;
  start(): void;
  close(): void;
}

const traceListeners = new Set<(message: TraceMessage) => void>();
let port: TracePort | null = null;

ipcRenderer.on('trace-port', (event) => {
  port?.close();
  port = (event.ports as unknown as readonly TracePort[])[0] ?? null;
  port?.addEventListener('message', ({ data }) => {
    deliver(data);
  });
  if (traceListeners.size > 0) port?.start();
});

/** A chunk counts as taken when the page has seen it, so that a page that falls behind slows the engine down. */
function deliver(message: TraceMessage): void {
  try {
    for (const listener of traceListeners) listener(message);
  } finally {
    port?.postMessage({ kind: 'taken', run: message.run });
  }
}

const bridge: Bridge = {
  invoke: (name, request) => ipcRenderer.invoke('command', name, request),
  onTrace(listener) {
    traceListeners.add(listener);
    // Until somebody listens, messages wait in the port.
    port?.start();
    return () => {
      traceListeners.delete(listener);
    };
  },
  onMenu(listener) {
    const relay = (_event: unknown, command: string): void => {
      listener(command);
    };
    ipcRenderer.on('menu', relay);
    return () => {
      ipcRenderer.off('menu', relay);
    };
  },
};

contextBridge.exposeInMainWorld('pinlab', bridge);
