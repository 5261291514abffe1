import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePolicies, type ResolvedPolicy } from '@shared/lab/policy-text';
import { fakeCatalogue } from '../../support/fake-catalogue';

function policies(text: string | null, labPolicy: string | null = null): readonly ResolvedPolicy[] {
  const parsed = parsePolicies(text, fakeCatalogue, labPolicy);
  if (!parsed.ok) throw new Error(parsed.refusal);
  return parsed.value;
}

const texts = (text: string | null, labPolicy: string | null = null): readonly string[] => policies(text, labPolicy).map(policy => policy.text);

function refusal(text: string, labPolicy: string | null = null): string {
  const parsed = parsePolicies(text, fakeCatalogue, labPolicy);
  if (parsed.ok) throw new Error(`"${text}" was accepted`);
  return parsed.refusal;
}

describe('what a text means', () => {
  test.each([
    ['linux-6.1', null, ['linux-6.1']],
    [null, null, ['linux-6.15']],
    [null, 'linux-4.14', ['linux-4.14']],
    ['longterm-file-pin=allow-all', null, ['linux-6.15,longterm-file-pin=allow-all']],
    ['longterm-file-pin=allow-all', 'linux-6.1', ['linux-6.1,longterm-file-pin=allow-all']],
    ['linux-4.14', 'linux-6.1,longterm-file-pin=allow-all', ['linux-4.14']],
    ['longterm-file-pin=deny-fsdax,linux-6.1', null, ['linux-6.1']],
    ['linux-6.1 ; linux-6.15', null, ['linux-6.1', 'linux-6.15']],
    ['linux-6.1;linux-6.1', null, ['linux-6.1']],
    ['all', null, ['linux-4.14', 'linux-6.15', 'linux-6.1', 'chinner-2017-busy-extents']],
    ['linux-6.1,truncate-vs-dma=*', null, ['linux-6.1,truncate-vs-dma=none', 'linux-6.1', 'linux-6.1,truncate-vs-dma=busy-extent']],
    ['linux-6.1,busy-full=enospc', null, ['linux-6.1,busy-full=enospc']],
    ['linux-6.15', 'linux-6.1,busy-full=enospc', ['linux-6.15,busy-full=enospc']],
    ['longterm-file-pin=allow-all', 'linux-6.1;linux-6.15', ['linux-6.1,longterm-file-pin=allow-all', 'linux-6.15,longterm-file-pin=allow-all']],
  ])('%s over a lab with %s is %j', (text, labPolicy, expected) => {
    expect(texts(text, labPolicy)).toEqual(expected);
  });

  test('every axis is decided', () => {
    expect(policies('linux-6.1,longterm-file-pin=allow-all')[0]).toEqual({
      text: 'linux-6.1,longterm-file-pin=allow-all', preset: 'linux-6.1', knobs: {}, build: null,
      variants: { 'truncate-vs-dma': 'wait-retry', 'longterm-file-pin': 'allow-all' },
    });
  });

  test('two axes with * multiply', () => {
    expect(policies('truncate-vs-dma=*,longterm-file-pin=*')).toHaveLength(6);
  });

  test('the newest preset is the highest version, not the last or the longest text', () => {
    expect(texts(null)).toEqual(['linux-6.15']);
  });
});

describe('what is refused', () => {
  test.each([
    ['linux-6.14', 'Unknown preset "linux-6.14". Did you mean "linux-6.15"? Presets: linux-4.14,'],
    ['wait-retry', 'To set the axis truncate-vs-dma, write truncate-vs-dma=wait-retry.'],
    ['truncate-vs-dma=busy-extents', 'Unknown variant "busy-extents" of truncate-vs-dma. Did you mean "busy-extent"? Variants: none, wait-retry, busy-extent'],
    ['truncate-vs-dms=none', 'Unknown axis or knob "truncate-vs-dms". Did you mean "truncate-vs-dma"?'],
    ['busy-full=maybe', 'Knob busy-full is "maybe": expected one of wait, enospc'],
    ['lease-break-time=-1 s', 'is negative'],
    ['build=6.1.191', 'Unknown build "6.1.191". Did you mean "6.1.192"?'],
    ['build=6.1.192,build=6.1.192', '"build" is set twice'],
    ['linux-6.1,linux-6.15', 'Part policies with ";"'],
    ['busy-full=wait,busy-full=enospc', '"busy-full" is set twice'],
    ['linux-6.1;', 'A policy is empty.'],
    ['', 'A policy is empty.'],
  ])('%j', (text, expected) => {
    expect(refusal(text)).toContain(expected);
  });

  test('a wrong policy of the lab, saying that it is the lab’s', () => {
    expect(refusal('linux-6.1', 'linus-6.1')).toMatch(/^The lab's own policy cannot be used: Unknown preset "linus-6.1"/);
  });
});

test('a resolved policy read again is the same policy, whatever the lab says', () => {
  const words = fc.constantFrom('linux-6.1', 'chinner-2017-busy-extents', 'truncate-vs-dma=*', 'longterm-file-pin=allow-all', 'busy-full=wait', 'busy-full=enospc', 'all');
  const spec = fc.array(words, { minLength: 1, maxLength: 3 }).map(list => list.join(','));
  fc.assert(fc.property(spec, fc.option(spec), (text, labPolicy) => {
    const parsed = parsePolicies(text, fakeCatalogue, labPolicy);
    if (!parsed.ok) return;
    for (const policy of parsed.value) expect(policies(policy.text, labPolicy)).toEqual([policy]);
  }));
});
