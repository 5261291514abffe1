import { accepted, refused, type Result } from '@shared/base/result';
import { LAB_VERSION, type Lab } from '@shared/lab/lab';
import { checkLab, type LabFinding, type LabPath } from '@shared/lab/lab-check';
import { labFromFile, type Plain } from '@shared/lab/lab-form';
import { shapedLab } from '@shared/lab/lab-shape';
import { labUpgrades } from '@shared/lab/lab-upgrades';
import { wiringFindings } from '@shared/lab/wiring-check';
import type { Catalogue } from '@shared/protocol/catalogue';
import type { Diagnostic } from '@shared/protocol/commands';
import { locate, parseYaml, plainOf, type YamlFile } from './yaml-file';

export { writeLab } from './lab-merge';

export interface ReadLab {
  /** Without fields that nobody knows; those of nodes are parameters without a meaning and stay in. */
  readonly lab: Lab;
  /** Fields that this version does not know; they stay in the file. */
  readonly warnings: readonly Diagnostic[];
  /** The diagnostic of a problem that somebody else found, such as the engine. */
  readonly diagnose: (problem: { readonly path: LabPath; readonly message: string }) => Diagnostic;
}

/** More errors than this help nobody. */
const ERRORS_MAX = 20;

/**
 * Reads a `*.lab.yaml`. Each stage assumes the one before: YAML, version, shape, what the catalogue knows, wires; so one
 * mistake gives one error.
 */
export function readLab(text: string, fileName: string, catalogue: Catalogue): Result<ReadLab, readonly Diagnostic[]> {
  const yaml = parseYaml(text, fileName);
  if (!yaml.ok) return refused([yaml.refusal]);
  const file = yaml.value;
  const plain = plainOf(file);
  if (!plain.ok) return refused([plain.refusal]);
  const version = versionProblem(plain.value);
  if (version !== null) return refused([diagnosticOf(file, version)]);
  const shaped = shapedLab(upgraded(plain.value as Plain));
  if (!shaped.ok) return refused(shaped.refusal.slice(0, ERRORS_MAX).map(finding => diagnosticOf(file, finding)));
  const lab = labFromFile(shaped.value.form);
  const found = checkLab(lab, catalogue);
  const errors = found.filter(finding => finding.severity === 'error');
  if (errors.length === 0) errors.push(...wiringFindings(lab.topology, catalogue));
  if (errors.length > 0) return refused(errors.slice(0, ERRORS_MAX).map(finding => diagnosticOf(file, finding)));
  return accepted({
    lab,
    warnings: [...shaped.value.unknown, ...found].map(finding => diagnosticOf(file, finding)),
    diagnose: problem => diagnosticOf(file, { ...problem, at: 'value', severity: 'error' }),
  });
}

/** The diagnostic of a problem with the lab that a text holds. Where the text is no YAML there is no place in it to name. */
export function diagnoserOf(text: string, fileName: string): ReadLab['diagnose'] {
  const yaml = parseYaml(text, fileName);
  if (yaml.ok) return problem => diagnosticOf(yaml.value, { ...problem, at: 'value', severity: 'error' });
  return ({ message }) => ({ severity: 'error', message, file: fileName, line: 1, column: 1 });
}

function diagnosticOf(file: YamlFile, finding: LabFinding): Diagnostic {
  const severity = finding.severity === 'error' ? 'error' : 'warning';
  return { severity, message: finding.message, file: file.name, ...locate(file, finding.path, finding.at) };
}

function versionProblem(plain: unknown): LabFinding | null {
  const problem = (message: string): LabFinding => ({ path: ['version'], at: 'value', severity: 'error', message });
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) return problem('This is not a lab; expected a map with version, title, topology and actors.');
  const version = (plain as Readonly<Record<string, unknown>>)['version'];
  if (version === undefined) return problem(`This lab has no version. Begin the file with "version: ${LAB_VERSION}".`);
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) return problem(`version is ${JSON.stringify(version)}; expected a whole number from 1 to ${LAB_VERSION}.`);
  if (version > LAB_VERSION) return problem(`This lab was written by a newer PinLab: version ${version}; this one reads ${LAB_VERSION}. Open it with the newer one.`);
  return null;
}

function upgraded(plain: Plain): Plain {
  const version = (plain as { readonly version: number }).version;
  return labUpgrades.filter(upgrade => upgrade.to > version).reduce((file, upgrade) => upgrade.run(file), plain);
}
