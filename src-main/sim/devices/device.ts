import type { DeviceEntry } from '@shared/protocol/catalogue';
import type { Parameter } from '@shared/protocol/parameter';
import type { Source } from '@shared/domain/source';
import type { Dimension } from '@shared/units/quantity';

/** A device kind describes itself; what it does stands in its mechanism. */
export type Device = DeviceEntry;

interface QuantityOptions {
  readonly dimension: Dimension;
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** A parameter that measures something. */
export const quantity = (name: string, title: string, options: QuantityOptions, source: Source): Parameter => ({
  name, title, doc: title, required: false, source, type: { kind: 'quantity', ...options },
});
