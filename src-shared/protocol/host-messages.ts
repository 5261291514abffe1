import { z } from 'zod';
import type { TraceChunk } from '../trace/chunk';
import type { RunDescription, RunSummary } from '../trace/run-description';
import type { Lab } from '../lab/lab';
import type { Catalogue } from './catalogue';
import type { Conformance } from './conformance';
import type { LabPath } from '../lab/lab-check';
import { type CompareReply, type RunReply, engineCompareSchema, engineRunSchema } from './commands';

const id = z.int().nonnegative();

/** What main asks of the engine host; each is checked on arrival (architecture 6). */
export const hostRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('catalogue'), id }),
  /** The chunks go to the window over the trace port; the reply follows when it has them all. */
  z.strictObject({ kind: z.literal('run'), id, request: engineRunSchema }),
  /** The chunks come back with the reply. */
  z.strictObject({ kind: z.literal('record'), id, request: engineRunSchema }),
  z.strictObject({ kind: z.literal('compare'), id, request: engineCompareSchema }),
  z.strictObject({ kind: z.literal('conform'), id, request: z.strictObject({ name: z.string(), text: z.string() }) }),
  z.strictObject({ kind: z.literal('conform-lab'), id, request: z.strictObject({ name: z.string(), text: z.string(), observation: z.string() }) }),
  /** Carries the port over which the window takes chunks. */
  z.strictObject({ kind: z.literal('trace-port') }),
]);
export type HostRequest = z.infer<typeof hostRequestSchema>;

/** Why there is no run: what is wrong with the document, and where in it. Main, which knows the text, makes diagnostics of it. */
export interface RunRefusal {
  readonly kind: 'refused';
  readonly problems: readonly { readonly path: LabPath; readonly message: string }[];
  /** Whether the document has the shape of a lab, so that it could be written to a file. */
  readonly isLab: boolean;
}

/** A run with its whole trace. */
export type Recording =
  | { readonly kind: 'finished'; readonly description: RunDescription; readonly summary: RunSummary; readonly chunks: readonly TraceChunk[] }
  | RunRefusal;

export interface HostReplies {
  catalogue: Catalogue;
  run: Extract<RunReply, { kind: 'finished' }> | RunRefusal;
  record: Recording;
  conform: { readonly kind: 'conformed'; readonly conformance: Conformance } | { readonly kind: 'unreadable'; readonly problems: readonly string[] };
  'conform-lab': { readonly lab: Lab | null };
  compare: Exclude<CompareReply, { kind: 'refused' }> | RunRefusal;
}

/** The envelope is checked by main; the payload was made by our own engine from a checked request. */
export const hostReplySchema = z.discriminatedUnion('ok', [
  z.strictObject({ id, ok: z.literal(true), reply: z.record(z.string(), z.unknown()) }),
  z.strictObject({ id, ok: z.literal(false), message: z.string() }),
]);

/** The window has taken the oldest chunk that it had not yet acknowledged. */
export const chunkTakenSchema = z.strictObject({ kind: z.literal('taken'), run: id });
export type ChunkTaken = z.infer<typeof chunkTakenSchema>;
