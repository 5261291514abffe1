import type { Row } from '@shared/state/dictionary';
import { hosts } from '@shared/state/tables';
import { every } from '../engine/place';

/** What {@link copyContent} reads and writes. */
export const CONTENT_TERMS = every(hosts.content);

/** Copies what frames hold to other frames, by runs. */
export function copyContent(host: Row, from: number, to: number, pages: number): void {
  for (let done = 0; done < pages;) {
    const count = Math.min(pages - done, hosts.content.runEnd(host, from + done) - from - done);
    hosts.content.assign(host, to + done, count, hosts.content.at(host, from + done));
    done += count;
  }
}
