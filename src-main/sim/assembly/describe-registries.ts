import type { Catalogue } from '@shared/protocol/catalogue';
import { DEVICES } from '../devices/registry';
import { INVARIANTS } from '../invariants/registry';
import { COMMON_PARAMETERS } from '../operations/operation';
import { OPERATIONS } from '../operations/registry';
import { KNOBS } from '../policies/knobs';
import { AXES, type AxisId } from '../policies/policy';
import { BUILDS, PRESETS } from '../policies/presets';
import { VARIANTS } from '../policies/registry';

/** All registries as data (architecture 5): everything a palette, a form, a schema or a help page needs. */
export function describeRegistries(): Catalogue {
  return {
    devices: DEVICES,
    operations: OPERATIONS.map(({ word, title, doc, source, parameters }) => ({ word, title, doc, source, parameters: [...parameters, ...COMMON_PARAMETERS] })),
    axes: (Object.keys(AXES) as AxisId[]).map(id => ({
      id, title: AXES[id],
      variants: VARIANTS.filter(variant => variant.axis === id).map(variant => ({ id: variant.id, title: variant.title, doc: variant.doc, era: variant.era, source: variant.source })),
    })),
    knobs: Object.values(KNOBS),
    presets: PRESETS,
    builds: BUILDS,
    invariants: INVARIANTS.map(({ id, class: violationClass, sentence, source }) => ({ id, class: violationClass, sentence, source })),
  };
}
