import type { Row } from '@shared/state/dictionary';
import { files } from '@shared/state/tables';
import type { Evidence } from './evidence';
import type { Facts } from './fact';

const fileOf = (evidence: Evidence): Row => evidence.fileRow(evidence.scene.file?.name ?? '');
const isDax = (evidence: Evidence): number => files.dax.in(evidence.at(evidence.end), fileOf(evidence));

/** The per-file DAX flag, and whether DAX is in effect. */
export const inodeFacts: Facts = {
  flag: evidence => files.xflag.in(evidence.at(evidence.end), fileOf(evidence)),
  statx_dax: isDax,
  statx_dax_while_open: isDax,
};
