import type { Diagnostic, Request, RunReply } from '@shared/protocol/commands';
import { type HostReplies, type HostRequest, type Recording, chunkTakenSchema, hostRequestSchema } from '@shared/protocol/host-messages';
import type { Lab } from '@shared/lab/lab';
import type { TraceChunk } from '@shared/trace/chunk';
import type { MessagePortMain } from 'electron';
import type { LabProblem } from '../sim/api';
import { catalogue, runLab } from '../sim/assemble';
import { TracePort } from './trace-port';

const main = process.parentPort;
const tracePort = new TracePort();
let queue: Promise<void> = Promise.resolve();

main.on('message', ({ data, ports }: { data: unknown; ports: readonly MessagePortMain[] }) => {
  const request = hostRequestSchema.parse(data);
  if (request.kind === 'trace-port') attach(ports[0]);
  // One after the other: the trace port carries one run at a time.
  else queue = queue.then(() => answer(request));
});

function attach(port: MessagePortMain | undefined): void {
  if (port === undefined) throw new Error('The message that should bring the trace port brought none.');
  port.on('message', ({ data }) => {
    chunkTakenSchema.parse(data);
    tracePort.taken();
  });
  port.start();
  tracePort.attach((message) => {
    port.postMessage(message);
  });
}

async function answer(request: Exclude<HostRequest, { kind: 'trace-port' }>): Promise<void> {
  try {
    main.postMessage({ id: request.id, ok: true, reply: await replyTo(request) });
  } catch (error) {
    main.postMessage({ id: request.id, ok: false, message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

async function replyTo(request: Exclude<HostRequest, { kind: 'trace-port' }>): Promise<HostReplies[typeof request.kind]> {
  switch (request.kind) {
    case 'catalogue':
      return catalogue();
    case 'record':
      return record(request.request);
    case 'run':
      return run(request.id, request.request);
  }
}

async function run(number: number, request: Request<'run.start'>): Promise<RunReply> {
  const recording = record(request);
  if (recording.kind === 'refused') return recording;
  const { chunks, ...outcome } = recording;
  await tracePort.stream(number, chunks);
  return { ...outcome, run: number };
}

function record({ lab, ...request }: Request<'run.start'>): Recording {
  const chunks: TraceChunk[] = [];
  const result = runLab(lab as unknown as Lab, request, (chunk) => chunks.push(chunk));
  if (!result.ok) return { kind: 'refused', diagnostics: result.refusal.map((problem) => diagnosticOf(problem, request.name)) };
  return { kind: 'finished', ...result.value, chunks };
}

/** The window holds the text; here only the place in the document is known. */
function diagnosticOf({ path, message }: LabProblem, file: string): Diagnostic {
  return { severity: 'error', message: path.length === 0 ? message : `${path.join('.')}: ${message}`, file, line: 1, column: 1 };
}
