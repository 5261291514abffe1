import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Lab } from '@shared/lab/lab';
import type { OpenReply } from '@shared/protocol/commands';
import { importMachine, labOfMachine } from '../import/registry';
import { writeAtomically } from '../storage/atomic-write';
import { readLab, writeLab } from '../storage/lab-file';
import { CommandRefusal } from './command-refusal';
import type { Handlers } from './command-router';
import type { EngineSupervisor } from './engine-supervisor';
import type { FileDialogs } from './file-dialogs';
import type { Gallery } from './gallery';
import type { GrantedPaths } from './granted-paths';

const labFiles = [{ name: 'Labs', extensions: ['yaml', 'yml'] }];
const hwlocFiles = [{ name: 'hwloc XML', extensions: ['xml'] }];

export interface LabServices {
  readonly engine: EngineSupervisor;
  readonly dialogs: FileDialogs;
  readonly gallery: Gallery;
  readonly paths: GrantedPaths;
  /** The person left the save dialog without a file. */
  readonly savingCancelled: () => void;
}

export function labCommands({ engine, dialogs, gallery, paths, savingCancelled }: LabServices): Pick<Handlers, 'lab.openBundled' | 'lab.open' | 'lab.import' | 'lab.save'> {
  const open = async (path: string): Promise<OpenReply> => {
    const text = await readFile(path, 'utf8');
    const name = basename(path);
    const read = readLab(text, name, await engine.catalogue());
    if (!read.ok) return { kind: 'refused', diagnostics: read.refusal };
    // A bundled lab is a pattern to start from: saving asks for a file of one's own.
    return { kind: 'opened', opened: { path: gallery.idOf(path) === null ? path : null, name, text, lab: read.value.lab } };
  };
  return {
    async 'lab.openBundled'({ id }) {
      // What the command line names has its path for an id.
      const path = (await gallery.pathOf(id)) ?? (paths.has(id) ? id : null);
      if (path === null) throw new CommandRefusal('bad-request', `There is no bundled lab ${id}.`);
      return open(path);
    },
    async 'lab.open'({ path: named }) {
      const path = await dialogs.toRead(named, labFiles);
      return path === null ? { kind: 'cancelled' } : open(path);
    },
    async 'lab.import'({ path: named }) {
      const path = await dialogs.toRead(named, hwlocFiles);
      return path === null ? { kind: 'cancelled' } : imported(await readFile(path, 'utf8'), basename(path));
    },
    async 'lab.save'({ path: named, name, text, lab }) {
      const path = await dialogs.toWrite(named, name, labFiles);
      if (path === null) {
        savingCancelled();
        return { kind: 'cancelled' };
      }
      const written = writeLab(text, lab as unknown as Lab);
      await writeAtomically(path, written);
      return { kind: 'saved', path, text: written };
    },
  };
}

function imported(text: string, fileName: string): OpenReply {
  const read = importMachine(text, fileName);
  if (!read.ok) return { kind: 'refused', diagnostics: read.refusal };
  const lab = labOfMachine(read.value);
  const name = `${fileName.replace(/\.xml$/i, '')}.lab.yaml`;
  return { kind: 'opened', opened: { path: null, name, text: writeLab('', lab), lab } };
}
