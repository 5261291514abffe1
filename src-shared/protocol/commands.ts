import { z } from 'zod';
import type { Lab } from '../lab/lab';
import type { TraceChunk } from '../trace/chunk';
import type { Comparison } from '../trace/comparison';
import type { RunDescription, RunSummary } from '../trace/run-description';
import type { Catalogue } from './catalogue';
import type { Conformance } from './conformance';

/** One thing wrong with an input: what, where, what to do. Lines and columns count from 1. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A lab as the app holds it: the document, the text it came from (comments included), and where it lives. */
export interface OpenedLab {
  /** Null while it was never saved. */
  readonly path: string | null;
  readonly name: string;
  readonly text: string;
  readonly lab: Lab;
}

export type OpenReply =
  | { readonly kind: 'opened'; readonly opened: OpenedLab }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'cancelled' };

export interface GalleryEntry {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly group: 'guided' | 'example';
}

export interface AppStart {
  readonly version: string;
  /** "Electron 45.4.1", or the restricted-network test runtime. */
  readonly runtime: string;
  readonly catalogue: Catalogue;
  readonly gallery: readonly GalleryEntry[];
  /** Given on the command line. */
  readonly openId: string | null;
  readonly screenshot: boolean;
}

export type RunReply =
  | { readonly kind: 'finished'; readonly run: number; readonly description: RunDescription; readonly summary: RunSummary }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

export type CompareReply =
  | { readonly kind: 'compared'; readonly comparison: Comparison }
  /** The text that names the policies makes no sense. */
  | { readonly kind: 'unclear'; readonly message: string }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

/** One file of observations, and what came of each of them. */
export interface ConformedFile {
  readonly path: string;
  readonly name: string;
  readonly conformance: Conformance;
}

export type ConformReply =
  | { readonly kind: 'conformed'; readonly files: readonly ConformedFile[] }
  | { readonly kind: 'unreadable'; readonly problems: readonly string[] }
  | { readonly kind: 'cancelled' };

export type SaveReply = { readonly kind: 'saved'; readonly path: string; readonly text: string } | { readonly kind: 'cancelled' };
export type ExportReply = { readonly kind: 'exported'; readonly path: string } | { readonly kind: 'cancelled' };

const labDocument = z.record(z.string(), z.unknown());
/** A run as the engine takes it. */
export const engineRunSchema = z.strictObject({
  lab: labDocument,
  name: z.string(),
  policy: z.string().nullable(),
  seed: z.number().int().nonnegative().nullable(),
  schedule: z.string().nullable(),
});
export type EngineRun = z.infer<typeof engineRunSchema>;

/** One workload under several policies. */
export const engineCompareSchema = z.strictObject({ lab: labDocument, name: z.string(), policies: z.string(), seed: z.number().int().nonnegative().nullable() });
export type EngineCompare = z.infer<typeof engineCompareSchema>;

/** With the text that the document came from: a refusal names places in it. */
const runRequest = engineRunSchema.extend({ text: z.string() });

/** Requests that the window may make; each is checked on arrival (architecture 6). Replies are made by main itself. */
export const requestSchemas = {
  'app.start': z.strictObject({}),
  'lab.openBundled': z.strictObject({ id: z.string() }),
  /** Shows the file dialog unless a path is given. */
  'lab.open': z.strictObject({ path: z.string().nullable() }),
  /** Imports hwloc XML: the topology becomes a new lab. Shows the file dialog. */
  'lab.import': z.strictObject({ path: z.string().nullable() }),
  /** Writes the lab over `text`, keeping its comments; shows the save dialog if there is no path. */
  'lab.save': z.strictObject({ path: z.string().nullable(), name: z.string(), text: z.string(), lab: labDocument }),
  'run.start': runRequest,
  /** Compares the simulator with observations of real kernels, from files that the person chooses. */
  'conform.start': z.strictObject({ paths: z.array(z.string()).nullable() }),
  /** The lab that was made of one of them. */
  'conform.openLab': z.strictObject({ path: z.string(), id: z.string() }),
  'compare.start': engineCompareSchema.extend({ text: z.string() }),
  'report.export': runRequest.extend({ path: z.string().nullable() }),
  'app.screenshotReady': z.strictObject({}),
  'app.setDirty': z.strictObject({ dirty: z.boolean(), title: z.string() }),
} as const;

export type CommandName = keyof typeof requestSchemas;
export type Request<Name extends CommandName> = z.infer<(typeof requestSchemas)[Name]>;

export interface Replies {
  'app.start': AppStart;
  'lab.openBundled': OpenReply;
  'lab.open': OpenReply;
  'lab.import': OpenReply;
  'lab.save': SaveReply;
  'run.start': RunReply;
  'conform.start': ConformReply;
  'conform.openLab': OpenReply;
  'compare.start': CompareReply;
  'report.export': ExportReply;
  'app.screenshotReady': null;
  'app.setDirty': null;
}

/** A refusal that crosses the process border; anything else that goes wrong is an internal fault. */
export interface CommandFault {
  readonly code: 'bad-request' | 'host-died' | 'io' | 'internal';
  readonly message: string;
}

export type Envelope<Name extends CommandName> = { readonly ok: true; readonly reply: Replies[Name] } | { readonly ok: false; readonly fault: CommandFault };

/** What arrives on the trace port; chunks of run n come before its 'run.start' reply is complete. */
export type TraceMessage = { readonly kind: 'chunk'; readonly run: number; readonly chunk: TraceChunk };

/** The object `window.pinlab` that the preload exposes. */
export interface Bridge {
  invoke<Name extends CommandName>(name: Name, request: Request<Name>): Promise<Envelope<Name>>;
  /** Returns how to stop. */
  onTrace(listener: (message: TraceMessage) => void): () => void;
  /** Menu accelerators and window events: "save", "open", … */
  onMenu(listener: (command: string) => void): () => void;
}
