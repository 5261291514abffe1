import type { CheckedExpectation, CheckedLab } from './check-lab';

/** JUnit XML for continuous integration: a suite for each lab, a case for each expectation in each run. */
export function junitXml(labs: readonly CheckedLab[]): string {
  const suites = labs.map(suite);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="pinlab check">\n${suites.join('')}</testsuites>\n`;
}

function suite({ lab, expectations, diagnostics, ok }: CheckedLab): string {
  const errors = ok || expectations.some(expectation => expectation.ok === false) ? [] : diagnostics;
  const failures = expectations.filter(expectation => expectation.ok === false).length;
  const cases = expectations.map(expectation => testCase(lab, expectation));
  const broken = errors.map(({ line, column, message }) => `    <testcase classname="${escaped(lab)}" name="the lab can be read"><error message="${escaped(`${line}:${column}: ${message}`)}"/></testcase>\n`);
  const tests = cases.length + broken.length;
  return `  <testsuite name="${escaped(lab)}" tests="${tests}" failures="${failures}" errors="${broken.length}">\n${cases.join('')}${broken.join('')}  </testsuite>\n`;
}

function testCase(lab: string, { policy, schedule, text, holds, ok, reason }: CheckedExpectation): string {
  const name = [text, policy, ...(schedule === null ? [] : [`schedule ${schedule}`]), ...(holds === 'this-run' ? [] : [holds])].join(' | ');
  const failure = ok === false ? `<failure message="${escaped(reason)}"/>` : '';
  return `    <testcase classname="${escaped(lab)}" name="${escaped(name)}">${failure}</testcase>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** XML 1.0 allows no control characters but tab and line ends. */
const escaped = (text: string): string => text.replace(/(?![\t\n\r])\p{Cc}/gu, '?').replace(/[&<>"']/g, character => ENTITIES[character] ?? character);
