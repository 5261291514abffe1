import type { LabOperation } from '@shared/lab/lab';
import type { Row } from '@shared/state/dictionary';
import { targetControllers, targetNamespaces } from '@shared/state/nvmet-tables';

/** Names of what NVMe-oF targets export and of the controllers of their hosts, and the rows they became. */
export class LabTargets {
  readonly namespaces = new Map<string, Row>();
  readonly controllers = new Map<string, Row>();

  /** Gives what an operation makes its row, before any operation is resolved. */
  introduce({ word, parameters }: LabOperation): void {
    const name = String(parameters['name']);
    if (word === 'nvmet-enable' && !this.namespaces.has(name)) this.namespaces.set(name, targetNamespaces.$.row(this.namespaces.size));
    if (word === 'nvmf-connect' && !this.controllers.has(name)) this.controllers.set(name, targetControllers.$.row(this.controllers.size));
  }
}
