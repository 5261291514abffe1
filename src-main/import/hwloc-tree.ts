import { XMLParser } from 'fast-xml-parser';
import { accepted, refused, type Result } from '@shared/base/result';
import type { Diagnostic } from '@shared/protocol/commands';
import { showBytes } from '@shared/units/show';

/** lstopo writes less than a MiB for the largest machines. */
const CHARACTERS_MAX = 16 * 2 ** 20;

/** An object of hwloc: a machine, package, NUMA node, bridge, device … */
export interface HwlocObject {
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly infos: Readonly<Record<string, string>>;
  readonly children: readonly HwlocObject[];
}

export interface HwlocTree {
  /** Major version of the XML format; files without one are of version 1. */
  readonly version: number;
  readonly machine: HwlocObject;
}

interface ParsedElement {
  readonly [attribute: string]: string | readonly ParsedElement[] | undefined;
  readonly object?: readonly ParsedElement[];
  readonly info?: readonly ParsedElement[];
}

/** Parses hwloc XML. Entities stay text: a file cannot make the reader fetch or multiply anything. */
export function parseHwloc(text: string, fileName: string): Result<HwlocTree, Diagnostic> {
  const fault = (message: string, line = 1, column = 1) => refused<Diagnostic>({ severity: 'error', message, file: fileName, line, column });
  if (text.length > CHARACTERS_MAX) return fault(`This file has ${showBytes(text.length)}; hwloc XML may have ${showBytes(CHARACTERS_MAX)}.`);
  const parser = new XMLParser({
    ignoreAttributes: false, attributeNamePrefix: '', parseAttributeValue: false, processEntities: false, ignoreDeclaration: true,
    isArray: name => name === 'object' || name === 'info',
  });
  let parsed: { readonly topology?: ParsedElement };
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is another package; this one is pinned
    parsed = parser.parse(text, true) as { readonly topology?: ParsedElement };
  } catch (error) {
    // Malformed places end in line and column; other refusals, such as nesting without end, have none.
    const message = error instanceof Error ? error.message : String(error);
    const [, what = message, line = '1', column = '1'] = /^(.*?)\.?:(\d+):(\d+)$/s.exec(message) ?? [];
    return fault(`${what}. Correct the XML here, or write it again with lstopo.`, Number(line), Number(column));
  }
  const machine = parsed.topology?.object?.[0];
  if (machine === undefined) return fault('This topology holds no machine; expected <object type="Machine"> in it. Write it again with lstopo.');
  return accepted({ version: Number.parseInt(attribute(parsed.topology, 'version') ?? '1', 10), machine: objectOf(machine) });
}

function objectOf(element: ParsedElement): HwlocObject {
  const attributes = Object.entries(element).filter((entry): entry is [string, string] => typeof entry[1] === 'string').map(([name, value]) => [name, unescaped(value)]);
  const infos = (element.info ?? []).map(info => [attribute(info, 'name') ?? '', unescaped(attribute(info, 'value') ?? '')]);
  return {
    type: attribute(element, 'type') ?? '', attributes: Object.fromEntries(attributes) as Record<string, string>, infos: Object.fromEntries(infos) as Record<string, string>,
    children: (element.object ?? []).map(objectOf),
  };
}

function attribute(element: ParsedElement | undefined, name: string): string | undefined {
  const value = element?.[name];
  return typeof value === 'string' ? value : undefined;
}

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' };

const unescaped = (text: string): string => text.replace(/&(?:lt|gt|quot|apos|amp);/g, entity => ENTITIES[entity] ?? entity);
