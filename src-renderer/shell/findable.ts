import { useLabDocument } from '../stores/lab-document';
import { useRun } from '../stores/run';
import { useSelection } from '../stores/selection';
import { useSession } from '../stores/session';
import { parseSelection, type Selection } from '@shared/trace/selection';
import { openBundled } from './app-commands';
import { allCommands } from './commands';

/** Something the palette can do or show. */
export interface Findable {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  readonly key: string | undefined;
  readonly run: () => void;
}

/** All that can be found now; `query` adds what it names by itself, such as a page. */
export function useFindable(): (query: string) => readonly Findable[] {
  const document = useLabDocument();
  const session = useSession();
  const run = useRun();
  const { select } = useSelection();
  const shows = (id: string, title: string, group: string, selection: Selection): Findable => ({ id, title, group, key: undefined, run: () => { select(selection); } });

  const commands = (): readonly Findable[] => allCommands.value.filter(command => command.enabled() && command.id !== 'palette')
    .map(command => ({ id: command.id, title: command.title(), group: command.group, key: command.keys[0], run: () => { command.run(); } }));
  const labs = (): readonly Findable[] => session.gallery
    .map(({ id, title, group }) => ({ id: `lab:${id}`, title, group: group === 'guided' ? 'guided lab' : 'example', key: undefined, run: () => { openBundled(id); } }));
  const nodes = (): readonly Findable[] => Object.entries(document.lab?.topology.nodes ?? {})
    .map(([id, { kind }]) => shows(`node:${id}`, id, kind, { kind: 'node', id }));
  const actors = (): readonly Findable[] => (run.description?.actors ?? []).map(({ name }, nth) => shows(`actor:${name}`, name, 'actor', { kind: 'actor', nth }));
  const operations = (): readonly Findable[] => (run.description?.operations ?? [])
    .map(({ name, text }, nth) => shows(`op:${name}`, `${name}  ${text}`, 'operation', { kind: 'operation', nth }));

  return query => [...pages(query), ...commands(), ...nodes(), ...actors(), ...operations(), ...labs()];

  /** "0x80042", "page:F:1" and the like, where they name something in this run. */
  function pages(query: string): readonly Findable[] {
    const text = query.trim();
    if (run.description === null || run.view === null || text === '') return [];
    const named = parseSelection(/^(page|task|op):/.test(text) ? text : `page:${text}`, run.description, run.view.state);
    return named.ok ? [shows(`named:${text}`, text, named.value.kind, named.value)] : [];
  }
}
