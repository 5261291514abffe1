import { nameOf, type Step } from './draft';

/** Bytes that clauses name, by who wrote them: the lab's content is symbolic, and only says who. */
export class Bytes {
  private readonly ofSteps = new Map<string, Written>();
  private readonly ofFiles = new Map<string, string>();

  fileFilled(file: string, byte: string): void {
    this.ofFiles.set(file, byte);
  }

  /** The step writes `byte` to bytes [from, to) of every page it touches; to all of it if not said. */
  written(step: Step, byte: string, from = 0, to = Infinity): void {
    this.ofSteps.set(nameOf(step), { byte, from, to });
  }

  byStep(name: string): Written | null {
    return this.ofSteps.get(name) ?? null;
  }

  inFile(name: string): string | null {
    return this.ofFiles.get(name) ?? null;
  }
}

export interface Written {
  readonly byte: string;
  readonly from: number;
  readonly to: number;
}
