import { showSource } from '@shared/domain/source';
import type { AxisEntry, Catalogue, DeviceEntry, InvariantEntry, OperationEntry, PresetEntry } from '@shared/protocol/catalogue';
import type { Parameter } from '@shared/protocol/parameter';
import { showAmount, showRange, withArticle } from '@shared/lab/scalar-text';
import { EXIT_CODES } from './exit-codes';
import { writtenTopics } from './help-pages';
import { table } from './output';

export interface HelpTopic {
  readonly name: string;
  readonly group: string;
  readonly page: () => string | Promise<string>;
}

/** Pages about words of the lab file are made from the catalogue; the others are written by hand. */
export function helpTopics(catalogue: Catalogue): readonly HelpTopic[] {
  const variants = catalogue.axes.flatMap(axis => axis.variants.map(variant => ({ axis, variant })));
  return [
    ...writtenTopics(catalogue),
    { name: 'exit-codes', group: 'Topics', page: exitCodesPage },
    { name: 'schema', group: 'Topics', page: () => schemaPage(catalogue) },
    ...catalogue.operations.map(operation => ({ name: operation.word, group: 'Operations', page: () => operationPage(operation) })),
    ...catalogue.devices.map(device => ({ name: device.kind, group: 'Devices', page: () => devicePage(device) })),
    ...catalogue.axes.map(axis => ({ name: axis.id, group: 'Policy axes', page: () => axisPage(axis) })),
    ...catalogue.presets.map(preset => ({ name: preset.id, group: 'Presets', page: () => presetPage(preset) })),
    ...variants.map(({ axis, variant }) => ({ name: variant.id, group: 'Variants', page: () => axisPage({ ...axis, variants: [variant] }) })),
    ...catalogue.knobs.map(knob => ({ name: knob.name, group: 'Knobs', page: () => manual(knob.name, knob.title, [['DESCRIPTION', knob.doc], ['VALUES', typeText(knob)], ['SOURCE', sourceText(knob.source)]]) })),
    ...catalogue.invariants.map(invariant => ({ name: invariant.id, group: 'Invariants', page: () => invariantPage(invariant) })),
  ].filter((topic, at, all) => all.findIndex(other => other.name === topic.name && other.group === topic.group) === at);
}

/** A page in sections, as manuals have them. */
export function manual(name: string, title: string, sections: readonly (readonly [string, string])[]): string {
  const body = sections.filter(([, text]) => text !== '').map(([heading, text]) => `${heading}\n${text.split('\n').map(line => `  ${line}`.trimEnd()).join('\n')}`);
  return [`NAME\n  ${name} - ${title}`, ...body].join('\n\n');
}

/** For editors: the JSON Schema itself, so that it can be sent to a file. */
async function schemaPage(catalogue: Catalogue): Promise<string> {
  const { labJsonSchema } = await import('@shared/lab/catalogue-schema');
  return JSON.stringify(labJsonSchema(catalogue), null, 2);
}

function exitCodesPage(): string {
  const rows = Object.values(EXIT_CODES).map(({ code, meaning }) => [String(code), meaning]).sort((a, b) => Number(a[0]) - Number(b[0]));
  return manual('exit-codes', 'what the exit code of a command means', [
    ['CODES', table(rows, '').join('\n')],
    ['SEVERAL AT ONCE', `The worst one counts, in this order:\n${Object.values(EXIT_CODES).map(({ code }) => code).join(', ')}.`],
  ]);
}

function operationPage({ word, title, doc, parameters, source }: OperationEntry): string {
  const shown = parameters.map(({ name, required }) => (required ? `${name}: …` : `[${name}: …]`)).join(', ');
  return manual(word, title === word ? 'an operation of a lab' : title, [
    ['SYNOPSIS', parameters.length === 0 ? `- ${word}` : `- ${word}: { ${shown} }`],
    ['DESCRIPTION', doc], ['PARAMETERS', parametersText(parameters)], ['SOURCE', sourceText(source)],
  ]);
}

function devicePage({ kind, title, doc, ports, parameters }: DeviceEntry): string {
  return manual(kind, title, [
    ['SYNOPSIS', `NAME: { kind: ${kind}${parameters.length === 0 ? '' : ', …'} }`],
    ['DESCRIPTION', doc],
    ['PORTS', table(ports.map(({ name, type, capacity }) => [name, `${type}, ${capacity === 1 ? 'one link' : `up to ${capacity} links`}`]), '').join('\n')],
    ['PARAMETERS', parametersText(parameters)],
  ]);
}

function axisPage({ id, title, variants }: AxisEntry): string {
  const pages = variants.map(variant => `${id}=${variant.id}\n  ${variant.title}${variant.era === '' ? '' : ` (${variant.era})`}\n  ${variant.doc}\n  Source: ${showSource(variant.source)}`);
  return manual(id, title, [['VARIANTS', pages.join('\n\n')]]);
}

function presetPage({ id, title, variants, source }: PresetEntry): string {
  return manual(id, title, [['VARIANTS', table(Object.entries(variants).map(([axis, variant]) => [axis, variant]), '').join('\n')], ['SOURCE', showSource(source)]]);
}

const invariantPage = ({ id, class: kind, sentence, source }: InvariantEntry): string =>
  manual(id, `a ${kind} invariant`, [['WHAT MUST HOLD', sentence], ['SOURCE', showSource(source)]]);

const sourceText = (source: Parameter['source']): string => (source === undefined ? '' : showSource(source));

function parametersText(parameters: readonly Parameter[]): string {
  return parameters.map(parameter => `${parameter.name}  ${typeText(parameter)}${parameter.required ? ' (required)' : ''}\n    ${parameter.doc}${parameter.source === undefined ? '' : `\n    Source: ${showSource(parameter.source)}`}`).join('\n');
}

function typeText({ type }: Parameter): string {
  switch (type.kind) {
    case 'quantity': return `${showRange(type)}${type.default === undefined ? '' : `, ${showAmount(type.default, type.dimension)} if not said`}`;
    case 'choice': return `${type.values.join(' | ')}${type.default === undefined ? '' : `, ${type.default} if not said`}`;
    case 'flag': return `true | false, ${type.default} if not said`;
    case 'text': return `a text${type.default === undefined ? '' : `, ${type.default} if not said`}`;
    case 'pages': return 'pages FIRST+COUNT, for example 0+4';
    case 'reference': return `name of ${withArticle(type.to)}`;
    case 'files': return 'files by name: { size, layout }';
  }
}
