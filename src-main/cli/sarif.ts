import type { CheckedLab } from './check-lab';

/** SARIF 2.1.0: what failed, at its line of the lab file. */
export function sarifLog(labs: readonly CheckedLab[], version: string): object {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'pinlab', version, rules: [{ id: 'expectation' }, { id: 'lab' }] } }, results: labs.flatMap(resultsOf) }],
  };
}

function resultsOf({ lab, expectations, diagnostics }: CheckedLab): readonly object[] {
  const result = (ruleId: string, level: 'error' | 'warning', text: string, line: number, column: number): object => ({
    ruleId, level, message: { text },
    locations: [{ physicalLocation: { artifactLocation: { uri: encodeURI(lab.replaceAll('\\', '/')) }, region: { startLine: line, startColumn: column } } }],
  });
  return [
    ...diagnostics.map(({ severity, message, line, column }) => result('lab', severity, message, line, column)),
    ...expectations.filter(({ ok }) => ok === false).map(({ policy, text, reason, line }) => result('expectation', 'error', `${text} under ${policy}: ${reason}`, line, 1)),
  ];
}
