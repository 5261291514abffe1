import type { Lab } from '@shared/lab/lab';
import type { Diagnostic, Request } from '@shared/protocol/commands';
import type { RunRefusal } from '@shared/protocol/host-messages';
import { diagnoserOf, writeLab } from '../storage/lab-file';

/** What keeps a lab from running, with places in its file as it would be saved now: the document may have been edited since it was read. */
export function diagnosticsOf({ problems, isLab }: RunRefusal, { lab, text, name }: Pick<Request<'run.start'>, 'lab' | 'text' | 'name'>): readonly Diagnostic[] {
  return problems.map(diagnoserOf(isLab ? writeLab(text, lab as unknown as Lab) : text, name));
}
