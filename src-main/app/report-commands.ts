import type { Lab } from '@shared/lab/lab';
import type { Diagnostic } from '@shared/protocol/commands';
import { Trace } from '@shared/trace/cursor';
import { reportHtml } from '../report/report-html';
import { writeAtomically } from '../storage/atomic-write';
import { CommandRefusal } from './command-refusal';
import type { Handlers } from './command-router';
import type { EngineSupervisor } from './engine-supervisor';
import type { FileDialogs } from './file-dialogs';
import { diagnosticsOf } from './refused-run';

const reportFiles = [{ name: 'HTML report', extensions: ['html'] }];

/** Runs the lab once more for its whole trace: runs repeat exactly, so this is the trace on the screen and the file that the command line writes. */
export function reportCommands(engine: Pick<EngineSupervisor, 'record'>, dialogs: Pick<FileDialogs, 'toWrite'>, version: string): Pick<Handlers, 'report.export'> {
  return {
    async 'report.export'({ path: named, text, ...request }) {
      const path = await dialogs.toWrite(named, request.name.replace(/(\.lab)?\.ya?ml$/, '') + '.html', reportFiles);
      if (path === null) return { kind: 'cancelled' };
      const recording = await engine.record(request);
      if (recording.kind === 'refused') throw new CommandRefusal('bad-request', `There is no report of a lab that does not run: ${diagnosticsOf(recording, { ...request, text }).map(shown).join('; ')}`);
      const trace = new Trace();
      for (const chunk of recording.chunks) trace.append(chunk);
      const { description, summary } = recording;
      await writeAtomically(path, reportHtml({ lab: request.lab as unknown as Lab, trace, description, summary, version }));
      return { kind: 'exported', path };
    },
  };
}

const shown = ({ file, line, column, message }: Diagnostic): string => `${file}:${line}:${column}: ${message}`;
