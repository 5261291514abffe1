import { source, type Source } from '@shared/domain/source';
import type { DeviceEntry } from '@shared/protocol/catalogue';
import type { Parameter } from '@shared/protocol/parameter';
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

/** Devices of several functions: each function is a node of its own, and all stand behind the port of the first. */
export const FUNCTION_OF: Parameter = {
  name: 'functionOf', title: 'Function of', required: false,
  doc: 'the node of which this is another PCI function: both stand behind one port, whatever they are wired to',
  type: { kind: 'text' }, source: source('PCI Express Base Specification: functions of one device share its link; spec 7.2 distances', 'V'),
};
