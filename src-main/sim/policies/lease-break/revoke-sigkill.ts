import { source } from '@shared/domain/source';
import type { LeaseBreak } from '../policy';

export const revokeSigkill: LeaseBreak = {
  axis: 'lease-break',
  id: 'revoke-sigkill',
  title: 'A forced break kills the holder',
  doc: 'At the deadline the holder gets SIGKILL; its exit closes the verbs fd, which destroys queue pairs and registrations.',
  era: 'proposed 2019',
  source: source('thread of 8 Feb 2019; spec 5.8 SK1–SK5', 'S'),
  atDeadline: 'kill-holder',
};
