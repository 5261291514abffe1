import { z } from 'zod';
import type { TraceChunk } from '../trace/chunk';
import type { RunDescription, RunSummary } from '../trace/run-description';
import type { Catalogue } from './catalogue';
import { type Diagnostic, type RunReply, requestSchemas } from './commands';

const id = z.int().nonnegative();

/** What main asks of the engine host; each is checked on arrival (architecture 6). */
export const hostRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('catalogue'), id }),
  /** The chunks go to the window over the trace port; the reply follows when it has them all. */
  z.strictObject({ kind: z.literal('run'), id, request: requestSchemas['run.start'] }),
  /** The chunks come back with the reply. */
  z.strictObject({ kind: z.literal('record'), id, request: requestSchemas['run.start'] }),
  /** Carries the port over which the window takes chunks. */
  z.strictObject({ kind: z.literal('trace-port') }),
]);
export type HostRequest = z.infer<typeof hostRequestSchema>;

/** A run with its whole trace. */
export type Recording =
  | { readonly kind: 'finished'; readonly description: RunDescription; readonly summary: RunSummary; readonly chunks: readonly TraceChunk[] }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

export interface HostReplies {
  catalogue: Catalogue;
  run: RunReply;
  record: Recording;
}

/** The envelope is checked by main; the payload was made by our own engine from a checked request. */
export const hostReplySchema = z.discriminatedUnion('ok', [
  z.strictObject({ id, ok: z.literal(true), reply: z.record(z.string(), z.unknown()) }),
  z.strictObject({ id, ok: z.literal(false), message: z.string() }),
]);

/** The window has taken the oldest chunk that it had not yet acknowledged. */
export const chunkTakenSchema = z.strictObject({ kind: z.literal('taken'), run: id });
export type ChunkTaken = z.infer<typeof chunkTakenSchema>;
