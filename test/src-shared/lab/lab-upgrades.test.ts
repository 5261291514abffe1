import { expect, test } from 'vitest';
import { LAB_VERSION } from '@shared/lab/lab';
import { labUpgrades } from '@shared/lab/lab-upgrades';

test('upgrades lead from version 1 to the version of today, one step each', () => {
  expect(labUpgrades.map(upgrade => upgrade.to)).toEqual(Array.from({ length: LAB_VERSION - 1 }, (_, at) => at + 2));
});
