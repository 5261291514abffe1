/** Where a command writes. Results go to `out`, everything else to `err`. */
export interface Streams {
  out(text: string): void;
  err(text: string): void;
  /** Whether a person watches `err`, so that a line may be written over. */
  readonly isErrTty: boolean;
}

export class Output {
  private progressLength = 0;

  constructor(private readonly streams: Streams, readonly isJson: boolean) {}

  /** A line of the result; nothing in JSON mode. */
  line(text = ''): void {
    this.clearProgress();
    if (!this.isJson) this.streams.out(`${text}\n`);
  }

  /** The one object of JSON mode; nothing otherwise. */
  object(value: unknown): void {
    this.clearProgress();
    if (this.isJson) this.streams.out(`${JSON.stringify(value, null, 2)}\n`);
  }

  message(text: string): void {
    this.clearProgress();
    this.streams.err(`${text}\n`);
  }

  /** One line that the next one replaces; a log gets none of them. */
  progress(text: string): void {
    if (!this.streams.isErrTty) return;
    this.clearProgress();
    this.streams.err(text);
    this.progressLength = text.length;
  }

  private clearProgress(): void {
    if (this.progressLength > 0) this.streams.err(`\r${' '.repeat(this.progressLength)}\r`);
    this.progressLength = 0;
  }
}

/** Rows in columns, two blanks between them; the last column is as long as it likes. */
export function table(rows: readonly (readonly string[])[], indent = '  '): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  return rows.map(row => `${indent}${row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join('  ')}`.trimEnd());
}
