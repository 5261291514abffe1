/**
 * Who may import whom. The row with the longest matching place holds. A place is a folder, or a file without its ending.
 * `may` names places, npm packages, 'node' (its built-in modules) or 'anything'. A place may import its own folder unless `notItself` is set.
 */
export interface Row {
  readonly place: string
  readonly may: readonly string[]
  readonly notItself?: true
}

const base = 'src-shared/base'
const units = 'src-shared/units'
const domain = 'src-shared/domain'
const state = 'src-shared/state'
const trace = 'src-shared/trace'
const lab = 'src-shared/lab'
const protocol = 'src-shared/protocol'
const shared = 'src-shared'

const sim = 'src-main/sim'
const device = `${sim}/devices/device`
const policy = `${sim}/policies/policy`
const invariant = `${sim}/invariants/invariant`
const watcher = `${sim}/invariants/watcher`
const kernel = `${sim}/kernel`

const renderer = 'src-renderer'
const widgets = ['vue', 'reka-ui', '@lucide/vue', '@tanstack/vue-virtual']
const room = [`${renderer}/stores`, `${renderer}/design`, `${renderer}/shell/commands`, shared, ...widgets]
const rooms = ['compare', 'conform', 'topology', 'workload', 'guide', 'timeline', 'pagemap', 'inspector', 'panels'].map((name) => `${renderer}/${name}`)

export const mayImport: readonly Row[] = [
  { place: base, may: [] },
  { place: units, may: [base] },
  { place: domain, may: [base, units] },
  { place: state, may: [base, units, domain] },
  // What a registry says of itself is data of the lowest kind: a trace names its steps with it.
  { place: `${protocol}/catalogue`, may: [domain, `${protocol}/parameter`] },
  { place: `${protocol}/parameter`, may: [units, domain] },
  { place: trace, may: [base, units, domain, state, `${protocol}/catalogue`] },
  { place: lab, may: [base, units, domain, state, `${protocol}/catalogue`, `${protocol}/parameter`, 'zod'] },
  { place: protocol, may: [base, units, domain, state, trace, lab, 'zod'] },

  { place: `${sim}/api`, may: [shared] },
  { place: `${sim}/costs`, may: [shared] },
  { place: kernel, may: [shared, `${sim}/costs`, policy] },
  { place: `${sim}/engine`, may: [shared, kernel, policy] },
  { place: `${sim}/mechanisms`, may: [shared, `${sim}/engine`, kernel, policy] },
  { place: `${sim}/operations`, may: [shared, `${sim}/engine/step`, kernel, `${sim}/mechanisms`] },
  { place: `${sim}/devices`, may: [shared, device, `${sim}/costs`], notItself: true },
  { place: `${sim}/devices/registry`, may: [shared, `${sim}/devices`] },
  { place: policy, may: [shared, `${sim}/engine/step`, `${sim}/policies/knobs`] },
  { place: `${sim}/policies/knobs`, may: [shared] },
  { place: `${sim}/policies`, may: [shared, policy, `${sim}/engine`, kernel, `${sim}/mechanisms`], notItself: true },
  // Whoever takes blocks under a lease of its own, unguarded, does what the unguarded variant does.
  { place: `${sim}/policies/longterm-file-pin/layout-lease`, may: [shared, policy, `${sim}/engine`, kernel, `${sim}/mechanisms`, `${sim}/policies/truncate-vs-dma/none`], notItself: true },
  { place: `${sim}/policies/presets`, may: [shared, `${sim}/policies/agreement`] },
  { place: `${sim}/policies/registry`, may: [shared, `${sim}/policies`] },
  { place: invariant, may: [shared] },
  { place: `${sim}/invariants`, may: [shared, invariant, `${sim}/invariants/dma-target`, `${sim}/invariants/count-boundaries`, `${sim}/invariants/left-behind`], notItself: true },
  { place: `${sim}/invariants/registry`, may: [shared, `${sim}/invariants`] },
  { place: watcher, may: [shared, invariant, `${sim}/engine/place`, `${sim}/engine/step`] },
  { place: `${sim}/assembly`, may: [shared, sim] },
  { place: `${sim}/assemble`, may: [shared, sim] },

  { place: 'src-main/import', may: [shared, 'fast-xml-parser'] },
  { place: 'src-main/export', may: [shared] },
  { place: 'src-main/report', may: [shared] },
  // An observation becomes an ordinary lab, which the ordinary engine runs: only the door is open.
  { place: 'src-main/conform', may: [shared, 'zod', `${sim}/assemble`, `${sim}/api`] },
  { place: 'src-main/storage', may: [shared, 'node', 'yaml'] },
  { place: 'src-main/host', may: [shared, 'node', 'electron', `${sim}/assemble`, `${sim}/api`, 'src-main/conform'] },
  { place: 'src-main/app', may: [shared, 'node', 'electron', 'src-main/storage', 'src-main/import', 'src-main/export', 'src-main/report'] },
  { place: 'src-main/preload', may: [protocol, 'electron'] },
  {
    place: 'src-main/cli',
    may: [shared, 'node', 'commander', sim, 'src-main/import', 'src-main/export', 'src-main/report', 'src-main/storage', 'src-main/host', 'src-main/conform']
  },

  { place: `${renderer}/main`, may: [`${renderer}/App`, `${renderer}/design`, 'vue', 'pinia', 'zod', '@fontsource/inter', '@fontsource/jetbrains-mono'] },
  { place: `${renderer}/App`, may: [...room, ...rooms, `${renderer}/shell`] },
  { place: `${renderer}/bridge`, may: [shared] },
  { place: `${renderer}/stores`, may: [shared, `${renderer}/bridge`, 'vue', 'pinia'] },
  { place: `${renderer}/design`, may: [shared, ...widgets] },
  { place: `${renderer}/shell`, may: [...room, ...rooms] },
  ...rooms.map((place) => ({ place, may: room })),
  { place: `${renderer}/topology/cytoscape-view`, may: [...room, 'cytoscape'] },

  { place: 'resources/runtime', may: ['node'] },
  { place: 'electron.vite.config', may: ['node', 'electron-vite', '@vitejs/plugin-vue'] },
  { place: 'test', may: ['anything'] }
]

/** Files that nothing imports because something else starts them. Targets of package.json's scripts need no mention. */
export const entries: readonly string[] = [
  'electron.vite.config.ts',
  'src-main/app/main.ts',
  'src-main/host/engine-host.ts',
  'src-main/cli/pinlab.ts',
  'src-main/preload/preload.ts',
  'src-renderer/main.ts',
  'test/vitest.config.ts',
  'test/lint/eslint.config.mjs',
  'test/support/electron-on-display.ts',
  'test/support/outcome-reporter.ts'
]
