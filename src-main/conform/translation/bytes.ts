import { nameOf, type Step } from './draft';

/** Bytes that clauses name, by who wrote them: the lab's content is symbolic, and only says who. */
export class Bytes {
  private readonly ofSteps = new Map<string, string>();
  private readonly ofFiles = new Map<string, string>();

  fileFilled(file: string, byte: string): void {
    this.ofFiles.set(file, byte);
  }

  written(step: Step, byte: string): void {
    this.ofSteps.set(nameOf(step), byte);
  }

  /** Byte that the operation of this name writes; null if no clause says. */
  byStep(name: string): string | null {
    return this.ofSteps.get(name) ?? null;
  }

  inFile(name: string): string | null {
    return this.ofFiles.get(name) ?? null;
  }
}
