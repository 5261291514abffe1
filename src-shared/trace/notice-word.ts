import type { RunViolation } from './run-description';

/** What a notice is called: the word of its rule, or just that. */
export const noticeWord = ({ word }: Pick<RunViolation, 'word'>): string => word ?? 'notice';

/** "S16", or "S17 incoherent" where the rule has a word of its own. */
export const noticeName = ({ id, word }: Pick<RunViolation, 'id' | 'word'>): string => (word === undefined ? id : `${id} ${word}`);
