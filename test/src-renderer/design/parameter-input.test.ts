import { expect, test } from 'vitest';
import type { Parameter, ParameterType } from '@shared/protocol/parameter';
import { defaultText, rangeText, readParameter } from '../../../src-renderer/design/parameter-input';

const parameter = (type: ParameterType, required = false): Parameter => ({ name: 'p', title: 'Size', doc: '', type, required });
const size = parameter({ kind: 'quantity', dimension: 'bytes', min: 4096, max: 2 ** 40, default: 2 ** 24 });
const latency = parameter({ kind: 'quantity', dimension: 'ns', min: 0, max: 1e9 }, true);

test.each([
  [size, '64 GiB', '64 GiB'], [size, '8192', 8192], [size, '', undefined], [latency, ' 5 us ', '5 us'],
  [parameter({ kind: 'flag', default: false }), 'true', true], [parameter({ kind: 'pages' }), '0+512', '0+512'],
  [parameter({ kind: 'reference', to: 'file' }), 'F', 'F'],
])('%# good input is kept as it was written', (of, typed, value) => {
  const read = readParameter(of, typed, ['F', 'G']);
  expect(read.ok ? read.value : read.refusal).toBe(value);
});

test.each([
  [size, '12 parsecs', /12 parsecs.*unknown unit/], [size, '1 B', /1 B.*4 KiB to 1 TiB/], [size, '-4 KiB', /negative/], [latency, '', /Size is needed/],
  [parameter({ kind: 'choice', values: ['xfs', 'ext4'] }), 'btrfs', /btrfs.*xfs, ext4/], [parameter({ kind: 'pages' }), '1-2', /FIRST\+COUNT/],
  [parameter({ kind: 'reference', to: 'file' }), 'H', /there is no file "H"/],
])('%# bad input is refused with what is wrong', (of, typed, refusal) => {
  const read = readParameter(of, typed, ['F', 'G']);
  expect(read.ok ? 'accepted' : read.refusal).toMatch(refusal);
});

test('range and default are told with units', () => {
  expect([rangeText(size), defaultText(size), rangeText(latency), defaultText(latency)]).toEqual(['4 KiB to 1 TiB', '16 MiB', '0 ns to 1 s', null]);
});
