import type { Scalar } from '@shared/lab/lab';
import { bridges } from '@shared/state/p2p-tables';
import { kernel } from '../kernel';
import type { OperationReader } from '../operations/operation';
import type { LabNames } from './lab-names';
import { p2pFileName } from './lab-p2p';

type NodeReader = Pick<OperationReader, 'node' | 'memory' | 'filesystem' | 'host' | 'p2pFile' | 'nodeSet' | 'bridge' | 'needsDeviceMigration'>;

/** The part of an operation's reader that resolves nodes of the topology. */
export function nodeReader(names: LabNames, given: (parameter: string) => Scalar | undefined, fail: (parameter: string, message: string) => void): NodeReader {
  const text = (parameter: string): string => String(given(parameter));
  const nodes = Object.keys(names.lab.topology.nodes);
  return {
    host: names.host,
    node: parameter => Math.max(0, nodes.indexOf(text(parameter))),
    memory(parameter) {
      const nth = names.memories.findIndex(({ node }) => node === text(parameter));
      if (nth < 0) fail(parameter, `${text(parameter)} has no memory that others could use`);
      return Math.max(0, nth);
    },
    filesystem(parameter) {
      const fs = names.memories.find(({ node }) => node === text(parameter))?.fs ?? 0;
      if (fs === 0) fail(parameter, `there is no file system on ${text(parameter)}`);
      return fs;
    },
    p2pFile: parameter => names.files.get(p2pFileName(text(parameter))) ?? 0,
    nodeSet(parameter) {
      return text(parameter).split('+').reduce((set, node) => {
        const nth = nodes.indexOf(node.trim());
        if (nth < 0) fail(parameter, `there is no node "${node}"; there are ${nodes.join(', ')}`);
        return set + (nth < 0 ? 0 : 2 ** nth);
      }, 0);
    },
    needsDeviceMigration() {
      if (!kernel.policy.deviceMigration.isAvailable) fail('mapping', 'this kernel cannot move pages to devices: policy device-migration is none');
    },
    bridge(parameter, below) {
      const nth = kernel.pci.bridges.findIndex(({ name }) => name === `${text(parameter)} to ${text(below)}`);
      if (nth < 0) fail(below, `${text(below)} does not hang below ${text(parameter)}`);
      return bridges.$.row(Math.max(0, nth));
    },
  };
}
