import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ConformedFile } from '@shared/protocol/commands';
import { writeLab } from '../storage/lab-file';
import { CommandRefusal } from './command-refusal';
import type { Handlers } from './command-router';
import type { EngineSupervisor } from './engine-supervisor';
import type { FileDialogs } from './file-dialogs';

const observationFiles = [{ name: 'Observations', extensions: ['json'] }];

/** Observations of real kernels: compared with the simulator, and opened as the labs that they become. */
export function conformCommands(engine: Pick<EngineSupervisor, 'conform' | 'labOfObservation'>, dialogs: Pick<FileDialogs, 'toRead' | 'toReadSeveral'>): Pick<Handlers, 'conform.start' | 'conform.openLab'> {
  return {
    async 'conform.start'({ paths: named }) {
      const paths = await dialogs.toReadSeveral(named, observationFiles);
      if (paths === null) return { kind: 'cancelled' };
      const files: ConformedFile[] = [];
      const problems: string[] = [];
      for (const path of paths) {
        const reply = await engine.conform({ name: basename(path), text: await readFile(path, 'utf8') });
        if (reply.kind === 'conformed') files.push({ path, name: basename(path), conformance: reply.conformance });
        else problems.push(...reply.problems);
      }
      return problems.length > 0 ? { kind: 'unreadable', problems } : { kind: 'conformed', files };
    },
    async 'conform.openLab'({ path: named, id }) {
      const path = await dialogs.toRead(named, observationFiles);
      if (path === null) return { kind: 'cancelled' };
      const { lab } = await engine.labOfObservation({ name: basename(path), text: await readFile(path, 'utf8'), observation: id });
      if (lab === null) throw new CommandRefusal('bad-request', `${id} has no lab: some of its words are not modelled.`);
      return { kind: 'opened', opened: { path: null, name: `${id}.lab.yaml`, text: writeLab('', lab), lab } };
    },
  };
}
