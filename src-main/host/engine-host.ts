import type { EngineRun } from '@shared/protocol/commands';
import { type HostReplies, type HostRequest, type Recording, chunkTakenSchema, hostRequestSchema } from '@shared/protocol/host-messages';
import type { TraceChunk } from '@shared/trace/chunk';
import type { MessagePortMain } from 'electron';
import { catalogue, runLab } from '../sim/assemble';
import { compare } from './compare-policies';
import { conformFile, labOfObservation } from './conform-file';
import { labOnArrival } from './lab-on-arrival';
import { TracePort } from './trace-port';

type Question = Exclude<HostRequest, { kind: 'trace-port' }>;

/** Leads to main. */
const port = process.parentPort;
const tracePort = new TracePort();
let queue: Promise<void> = Promise.resolve();

port.on('message', ({ data, ports }: { data: unknown; ports: readonly MessagePortMain[] }) => {
  const request = hostRequestSchema.parse(data);
  if (request.kind === 'trace-port') attach(ports[0]);
  // One after the other: the trace port carries one run at a time.
  else queue = queue.then(() => answer(request));
});

function attach(toWindow: MessagePortMain | undefined): void {
  if (toWindow === undefined) throw new Error('The message that should bring the trace port brought none.');
  toWindow.on('message', ({ data }) => {
    chunkTakenSchema.parse(data);
    tracePort.taken();
  });
  toWindow.start();
  tracePort.attach((message) => {
    toWindow.postMessage(message, []);
  });
}

async function answer(request: Question): Promise<void> {
  port.postMessage(await envelope(request));
}

async function envelope(request: Question): Promise<unknown> {
  const { id } = request;
  try {
    return { id, ok: true, reply: await replyTo(request) };
  } catch (error) {
    return { id, ok: false, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function replyTo(request: Question): Promise<HostReplies[typeof request.kind]> {
  switch (request.kind) {
    case 'catalogue':
      return catalogue();
    case 'record':
      return record(request.request);
    case 'run':
      return run(request.id, request.request);
    case 'conform':
      return conformFile(request.request);
    case 'conform-lab':
      return labOfObservation(request.request);
    case 'compare':
      return compare(request.request);
  }
}

async function run(number: number, request: EngineRun): Promise<HostReplies['run']> {
  const recording = record(request);
  if (recording.kind === 'refused') return recording;
  const { chunks, ...outcome } = recording;
  await tracePort.stream(number, chunks);
  return { ...outcome, run: number };
}

function record({ lab, ...request }: EngineRun): Recording {
  const checked = labOnArrival(lab);
  if (!checked.ok) return { kind: 'refused', problems: checked.refusal, isLab: false };
  const chunks: TraceChunk[] = [];
  const result = runLab(checked.value, request, (chunk) => chunks.push(chunk));
  return result.ok ? { kind: 'finished', ...result.value, chunks } : { kind: 'refused', problems: result.refusal, isLab: true };
}
