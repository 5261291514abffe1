import type { Bridge, TraceMessage } from '@shared/protocol/commands';
import type { ChunkTaken } from '@shared/protocol/host-messages';
import { contextBridge, ipcRenderer } from 'electron';

type TraceListener = (message: TraceMessage) => void;

const traceListeners = new Set<TraceListener>();
let tracePort: Electron.IpcRendererEvent['ports'][number] | null = null;

ipcRenderer.on('trace-port', (event) => {
  tracePort?.close();
  tracePort = event.ports[0] ?? null;
  if (traceListeners.size > 0) deliver();
});

/** Messages wait in the port until somebody listens. */
function deliver(): void {
  const port = tracePort;
  if (port === null) return;
  port.onmessage = ({ data }: { readonly data: TraceMessage }) => {
    try {
      for (const listener of traceListeners) listener(data);
    } finally {
      port.postMessage({ kind: 'taken', run: data.run } satisfies ChunkTaken);
    }
  };
}

const bridge: Bridge = {
  invoke: (name, request) => ipcRenderer.invoke('command', name, request),
  onTrace(listener) {
    traceListeners.add(listener);
    deliver();
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
