import type { Result } from '@shared/base/result';
import type { Topology } from '@shared/lab/lab';
import type { Diagnostic } from '@shared/protocol/commands';

/** A topology read from the description of a real machine, and how far to trust it. */
export interface Imported {
  readonly kind: string;
  readonly title: string;
  readonly topology: Topology;
  /** What the file does not say and the importer assumed. */
  readonly guessed: readonly string[];
  /** What the file says and the topology does not hold, with the reason. */
  readonly ignored: readonly string[];
  /** What the file says twice and differently. */
  readonly conflicts: readonly string[];
}

/** One kind of file that can be imported; listed in `registry.ts`. */
export interface Importer {
  readonly kind: string;
  /** How a person knows such a file: "hwloc XML (lstopo file.xml)". */
  readonly title: string;
  /** Looks at the content, never at the name. */
  recognises(text: string): boolean;
  read(text: string, fileName: string): Result<Imported, readonly Diagnostic[]>;
}
