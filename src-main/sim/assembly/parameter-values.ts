import { assert } from '@shared/base/assert';
import type { LabNode } from '@shared/lab/lab';
import type { Parameter } from '@shared/protocol/parameter';
import { parseQuantity } from '@shared/units/quantity';
import { DEVICES } from '../devices/registry';

/** A quantity of a device: what the lab says, else the default of its kind. The lab was checked before. */
export function quantityOf(node: LabNode, name: string): number {
  const parameter: Parameter | undefined = DEVICES.find(device => device.kind === node.kind)?.parameters.find(candidate => candidate.name === name);
  assert(parameter?.type.kind === 'quantity', 'the device has this quantity', { kind: node.kind, name });
  const given = node[name];
  if (given === undefined || typeof given === 'object') return parameter.type.default ?? 0;
  const parsed = parseQuantity(String(given), parameter.type.dimension);
  assert(parsed.ok, 'a checked lab has readable quantities', { name, given });
  return parsed.value;
}

/** A choice of a device: what the lab says, else the default of its kind. */
export function choiceOf(node: LabNode, name: string): string {
  const type = DEVICES.find(device => device.kind === node.kind)?.parameters.find(candidate => candidate.name === name)?.type;
  assert(type?.kind === 'choice', 'the device has this choice', { kind: node.kind, name });
  const given = node[name];
  return typeof given === 'string' ? given : type.default ?? '';
}

/** A flag of a device: what the lab says, else the default of its kind. */
export function flagOf(node: LabNode, name: string): boolean {
  const parameter: Parameter | undefined = DEVICES.find(device => device.kind === node.kind)?.parameters.find(candidate => candidate.name === name);
  assert(parameter?.type.kind === 'flag', 'the device has this flag', { kind: node.kind, name });
  return node[name] === undefined ? parameter.type.default : node[name] === true;
}
