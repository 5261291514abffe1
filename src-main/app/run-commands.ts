import type { Handlers } from './command-router';
import type { EngineSupervisor } from './engine-supervisor';

/** The trace of a run goes from the engine straight to the window; the reply comes here once the window has it all. */
export function runCommands(engine: EngineSupervisor): Pick<Handlers, 'run.start'> {
  return { 'run.start': (request) => engine.run(request) };
}
