import { accepted, refused, type Result } from '@shared/base/result';
import { LINKS_MAX } from '@shared/lab/lab-schema';
import type { Diagnostic } from '@shared/protocol/commands';
import { MachineBuilder } from './hwloc-machine';
import { parseHwloc } from './hwloc-tree';
import type { Imported, Importer } from './importer';

/** The root element comes first, after a declaration, a document type and comments. */
const ROOT = /^\ufeff?\s*(?:<\?[^>]*>\s*|<!DOCTYPE[^>]*>\s*|<!--.*?-->\s*)*<topology[\s>]/s;

/** XML that `lstopo machine.xml` writes, versions 1 to 3. */
export const hwlocXml: Importer = {
  kind: 'hwloc-xml',
  title: 'hwloc XML, as `lstopo machine.xml` writes it (root element <topology>)',
  recognises: text => ROOT.test(text.slice(0, 4096)),
  read,
};

function read(text: string, fileName: string): Result<Imported, readonly Diagnostic[]> {
  const tree = parseHwloc(text, fileName);
  if (!tree.ok) return refused([tree.refusal]);
  const imported = new MachineBuilder(tree.value).build(fileName);
  if (imported.topology.links.length > LINKS_MAX) {
    return refused([{ severity: 'error', message: `This machine has ${imported.topology.links.length} links; a lab may have ${LINKS_MAX}. Write a part of it with lstopo --restrict.`, file: fileName, line: 1, column: 1 }]);
  }
  return accepted(imported);
}
