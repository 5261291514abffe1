import { expect, test } from 'vitest';
import type { LabNode } from '@shared/lab/lab';
import type { DeviceEntry } from '@shared/protocol/catalogue';
import { mainFigure } from '../../../src-renderer/topology/card-shape';

const DEVICE = {} as DeviceEntry;
const figure = (node: Partial<LabNode>): string => mainFigure({ kind: 'host-memory', ...node }, DEVICE);

test('sizes that an import knows to the byte are short on a card, those that a person wrote stay', () => {
  expect(figure({ size: '19316633600 B' })).toBe('17.99 GiB');
  expect(figure({ size: '1024 MiB' })).toBe('1024 MiB');
  expect(figure({ cores: 12 })).toBe('12');
});
