import { source } from '@shared/domain/source';
import type { Parameter } from '@shared/protocol/parameter';
import { targetControllers, targetRequests } from '@shared/state/nvmet-tables';
import { requests } from '@shared/state/tables';
import { PAGE_BYTES } from '@shared/units/pages';
import { site } from '../engine/step';
import { connectHost, disableNamespace, enableNamespace, P2P_CHOICE } from '../mechanisms/nvmet-config';
import { hostIo } from '../mechanisms/nvmet-io';
import { allocationOf } from '../mechanisms/nvmet-memory';
import { aDrive, aNic, type Operation } from './operation';

const TARGET = source('drivers/nvme/target/core.c nvmet_ns_enable(), nvmet_p2pmem_ns_enable() (6.19); spec 7.5', 'V');
const HOST = source('drivers/nvme/host/rdma.c, drivers/nvme/target/rdma.c (6.19); spec 7.5', 'V');

const aName = (doc: string): Parameter => ({ name: 'name', title: 'name', doc, required: true, type: { kind: 'text' } });
const reference = (name: string, to: 'nvmet-namespace' | 'nvmf-controller', doc: string): Parameter => ({ name, title: name, doc, required: true, type: { kind: 'reference', to } });

const ON_HOST = 'a host of a target runs on an rdma-peer: give its actor on:';

export const nvmetEnable: Operation = {
  word: 'nvmet-enable',
  title: 'enable namespace',
  doc: 'An NVMe-oF target exports a drive. With peer-to-peer memory, its requests use that of a provider where NIC and drive reach it; EINVAL where the drive is no block device, does not take such memory, or reaches none.',
  source: TARGET,
  parameters: [
    aName('how other operations call the namespace'), aDrive,
    { name: 'file', title: 'file', doc: 'a file instead of a drive; only to see that it gets no peer-to-peer memory', required: false, type: { kind: 'reference', to: 'file' } },
    { name: 'p2p', title: 'p2pmem', doc: 'off, any provider that is published, or the one of provider', required: false, type: { kind: 'choice', values: ['off', 'any', 'provider'], default: 'off' } },
    { name: 'provider', title: 'provider', doc: 'whose memory, where p2p is provider', required: false, type: { kind: 'reference', to: 'p2p-provider' } },
  ],
  lower(read) {
    const p2p = read.text('p2p');
    if (read.has('file') && p2p === 'off') read.fail('file', 'a namespace on a file is modelled only as far as it gets no peer-to-peer memory: give p2p too');
    if (p2p === 'provider' && !read.has('provider')) read.fail('provider', 'p2p is provider: say which');
    const drive = read.has('file') ? 0 : read.drive('drive');
    const choice = p2p === 'any' ? P2P_CHOICE.any : p2p === 'provider' ? P2P_CHOICE.one : P2P_CHOICE.off;
    return {
      call: site(enableNamespace, read.op, read.namespace('name'), drive, choice, p2p === 'provider' ? read.node('provider') : 0),
      text: `enable namespace ${read.text('name')}${p2p === 'off' ? '' : ` with p2pmem ${p2p === 'any' ? 'of anybody' : `of ${read.text('provider')}`}`}`,
    };
  },
};

export const nvmetDisable: Operation = {
  word: 'nvmet-disable',
  title: 'disable namespace',
  doc: 'Takes a namespace of a target away from its hosts. It waits, uninterruptibly, for the requests that it has.',
  source: source('drivers/nvme/target/core.c nvmet_ns_disable() (6.19)', 'V'),
  parameters: [reference('namespace', 'nvmet-namespace', 'the namespace')],
  lower: read => ({ call: site(disableNamespace, read.namespace('namespace')), text: `disable namespace ${read.text('namespace')}` }),
};

export const nvmfConnect: Operation = {
  word: 'nvmf-connect',
  title: 'nvme connect',
  doc: 'A host connects with a target over RDMA: the target makes it a controller, which looks for peer-to-peer memory that its NIC and the drive reach. Where there is none it uses host memory, without a word.',
  source: source('drivers/nvme/target/core.c nvmet_setup_p2p_ns_map(), nvmet_p2pmem_ns_add_p2p() (6.19); spec 7.5', 'V'),
  parameters: [aName('how other operations call the controller'), reference('namespace', 'nvmet-namespace', 'the namespace that it uses'), aNic],
  lower(read) {
    const controller = read.controller('name');
    if (!read.isRemote) read.fail('name', ON_HOST);
    if (read.isMadeTwice('name')) read.fail('name', `controller "${read.text('name')}" is connected twice; their names are unique in a lab`);
    targetControllers.namespace.set(controller, read.namespace('namespace'));
    targetControllers.nic.set(controller, read.nic('nic'));
    return { call: site(connectHost, read.op, controller), text: `connect with ${read.text('namespace')} as ${read.text('name')}` };
  },
};

const io = (word: 'nvmf-read' | 'nvmf-write', writes: 0 | 1, doc: string): Operation => ({
  word, title: word, doc, source: HOST,
  parameters: [
    reference('controller', 'nvmf-controller', 'the controller'),
    { name: 'size', title: 'size', doc: 'how much, in whole pages', required: false, type: { kind: 'quantity', dimension: 'bytes', min: 1, max: 2 ** 30, default: PAGE_BYTES } },
  ],
  lower(read) {
    if (!read.isRemote) read.fail('controller', ON_HOST);
    const pages = Math.ceil((read.has('size') ? read.number('size', 'bytes') : PAGE_BYTES) / PAGE_BYTES);
    const request = targetRequests.$.row(read.op);
    // Rows of its own, so that no guard is the first to ask for them.
    requests.$.row(read.op);
    allocationOf(request);
    return { call: site(hostIo, request, read.controller('controller'), writes, pages), text: `${word} ${pages} pages over ${read.text('controller')}` };
  },
});

export const nvmfRead = io('nvmf-read', 0, 'A host reads from a namespace of a target: the drive writes into the memory that the target gave the request, the NIC reads it from there.');
export const nvmfWrite = io('nvmf-write', 1, 'A host writes to a namespace of a target: the NIC writes into the memory that the target gave the request, the drive reads it from there.');
