import type { AppStart } from '@shared/protocol/commands';
import type { Handlers } from './command-router';
import type { EngineSupervisor } from './engine-supervisor';
import type { Gallery } from './gallery';
import type { Screenshot } from './screenshot';
import type { UnsavedChanges } from './unsaved-changes';

export interface WindowServices {
  readonly engine: EngineSupervisor;
  readonly gallery: Gallery;
  readonly unsaved: UnsavedChanges;
  readonly screenshot: Screenshot | null;
  readonly about: Pick<AppStart, 'version' | 'runtime' | 'openId'>;
}

/** What the page says of itself, and what it must know to start. */
export function windowCommands({ engine, gallery, unsaved, screenshot, about }: WindowServices): Pick<Handlers, 'app.start' | 'app.screenshotReady' | 'app.setDirty'> {
  return {
    async 'app.start'() {
      const catalogue = await engine.catalogue();
      return { ...about, catalogue, gallery: await gallery.entries(catalogue), screenshot: screenshot !== null };
    },
    async 'app.screenshotReady'() {
      await screenshot?.take();
      return null;
    },
    'app.setDirty'({ dirty, title }) {
      unsaved.set(dirty, title);
      return Promise.resolve(null);
    },
  };
}
