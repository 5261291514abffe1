import { NotModelled } from '../not-modelled';
import type { Family } from './family';

const DRIVE = 'nvme0';

/** Options of the kernel build that decide something in labs, and the switch each is (README, "Not observed"). */
const SWITCHES: Readonly<Record<string, (isSet: boolean) => string>> = {
  CONFIG_PCI_P2PDMA: isSet => `pciP2pdma=${String(isSet)}`,
  CONFIG_DEVICE_PRIVATE: isSet => (isSet ? '' : 'device-migration=none'),
};

/** Modules that another option keeps out as well (lib/Kconfig.debug). */
const DEPENDS: Readonly<Record<string, string>> = { CONFIG_TEST_HMM: 'CONFIG_DEVICE_PRIVATE' };

const optionOf = (module: string): string => `CONFIG_${module.toUpperCase().replaceAll('-', '_')}`;

/** How the kernel was built, which controllers there are, and what it shows of them. */
export const kernelFeatures: Family = {
  nvme(scene, { read }) {
    scene.draft.node(DRIVE, { kind: 'nvme-ssd', cmb: `${read.size('cmb') ?? 0} B` }, { port: 'pcie', to: 'rc0.port' });
    return null;
  },

  config(scene, { read }) {
    const [name, value] = [read.text('name') ?? '', read.text('value') ?? ''];
    scene.config.set(name, value !== 'n');
    const setting = SWITCHES[name]?.(value !== 'n') ?? '';
    if (setting !== '') scene.settings.push(setting);
    return null;
  },

  'sysfs-look'(scene, { read, actor }) {
    const path = read.text('path') ?? '';
    if (path !== 'p2pmem') throw new NotModelled(`"${path}" in sysfs`);
    return scene.perform(actor, 'sysfs-look', { node: DRIVE });
  },

  modprobe(scene, { read, actor }) {
    const name = read.text('name') ?? '';
    const option = optionOf(name);
    const isBuilt = [option, DEPENDS[option] ?? option].every(needed => scene.config.get(needed) ?? true);
    return scene.perform(actor, 'modprobe', { name, built: isBuilt });
  },
};
