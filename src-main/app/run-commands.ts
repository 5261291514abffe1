import type { Handlers } from './command-router';
import type { EngineSupervisor } from './engine-supervisor';
import { diagnosticsOf } from './refused-run';

/** The trace of a run goes from the engine straight to the window; the reply comes here once the window has it all. */
export function runCommands(engine: Pick<EngineSupervisor, 'run' | 'compare'>): Pick<Handlers, 'run.start' | 'compare.start'> {
  return {
    async 'run.start'(request) {
      const { text: _text, ...run } = request;
      const reply = await engine.run(run);
      return reply.kind === 'refused' ? { kind: 'refused', diagnostics: diagnosticsOf(reply, request) } : reply;
    },
    async 'compare.start'(request) {
      const { text: _text, ...comparison } = request;
      const reply = await engine.compare(comparison);
      return reply.kind === 'refused' ? { kind: 'refused', diagnostics: diagnosticsOf(reply, request) } : reply;
    },
  };
}
