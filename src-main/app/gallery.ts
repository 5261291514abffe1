import { readFile, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Catalogue } from '@shared/protocol/catalogue';
import type { GalleryEntry } from '@shared/protocol/commands';
import { readLab } from '../storage/lab-file';

const ENDING = '.lab.yaml';

/** The labs that come with the app. An entry's id is its path below the folder, without ending: "guided/truncate-vs-dma". */
export class Gallery {
  readonly #folder: string;
  readonly #log: (problem: string) => void;

  constructor(folder: string, log: (problem: string) => void) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Without the labs that cannot be read: the others are still of use. */
  async entries(catalogue: Catalogue): Promise<readonly GalleryEntry[]> {
    const entries = await Promise.all((await this.#ids()).map((id) => this.#entry(id, catalogue)));
    return entries.filter((entry) => entry !== null);
  }

  /** Null if there is no such lab. */
  async pathOf(id: string): Promise<string | null> {
    return (await this.#ids()).includes(id) ? this.#file(id) : null;
  }

  /** Null if the file is none of the bundled ones. */
  idOf(path: string): string | null {
    const id = relative(this.#folder, path).split(sep).join('/');
    return id.startsWith('..') || !id.endsWith(ENDING) ? null : id.slice(0, -ENDING.length);
  }

  async #ids(): Promise<readonly string[]> {
    const names = await readdir(this.#folder, { recursive: true });
    return names.filter((name) => name.endsWith(ENDING)).map((name) => name.slice(0, -ENDING.length).split(sep).join('/')).sort();
  }

  async #entry(id: string, catalogue: Catalogue): Promise<GalleryEntry | null> {
    const read = readLab(await readFile(this.#file(id), 'utf8'), `${id}${ENDING}`, catalogue);
    if (!read.ok) {
      this.#log(`The bundled lab ${id} is broken: ${read.refusal.map(({ line, message }) => `line ${line}: ${message}`).join('; ')}`);
      return null;
    }
    const { lab } = read.value;
    return { id, title: lab.title, summary: firstSentence(lab.guide?.intro ?? lab.notes ?? ''), group: id.startsWith('guided/') ? 'guided' : 'example' };
  }

  #file(id: string): string {
    return join(this.#folder, `${id}${ENDING}`);
  }
}

const firstSentence = (text: string): string => /^.*?[.?!](?=\s|$)/s.exec(text.trim())?.[0].replaceAll(/\s+/g, ' ') ?? text.trim();
