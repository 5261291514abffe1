import type { Catalogue } from '@shared/protocol/catalogue';
import { POLICIES_MAX, newestPreset } from '@shared/lab/policy-text';
import type { HelpTopic } from './help-topics';

const topic = (name: string, text: string): HelpTopic => ({ name, group: 'Topics', page: () => text.trim() });

/** Pages that no registry knows. */
export const writtenTopics = (catalogue: Catalogue): readonly HelpTopic[] => [policy(catalogue), lab, expectations, selectors, schedules];

const policy = (catalogue: Catalogue): HelpTopic => topic('policy', `
NAME
  policy - which kernel the lab runs on

SYNOPSIS
  SPEC[;SPEC...]

DESCRIPTION
  A SPEC is a comma list of:

  PRESET         an era or a proposal: all its choices at once
  AXIS=VARIANT   one choice, over the preset
  AXIS=*         each variant of the axis in turn
  KNOB=VALUE     a switch inside a variant
  all            every preset in turn

  What a SPEC does not name comes from the lab, else from the newest preset,
  ${newestPreset(catalogue).id}. A preset names every axis. SPECs are run one after
  the other, ${POLICIES_MAX} at most; those that come to the same are run once.

EXAMPLES
  linux-6.1,longterm-file-pin=allow-all
  linux-6.1;linux-6.15;chinner-2017-busy-extents
  linux-6.1,truncate-vs-dma=*

PRESETS
${catalogue.presets.map(({ id, title }) => `  ${id}  ${title}`).join('\n')}

AXES
${catalogue.axes.map(({ id, variants }) => `  ${id} = ${variants.map(variant => variant.id).join(' | ')}`).join('\n')}

KNOBS
${catalogue.knobs.map(({ name, title }) => `  ${name}  ${title}`).join('\n')}

SEE ALSO
  pinlab help AXIS, pinlab help PRESET, pinlab help KNOB`);

const lab = topic('lab', `
NAME
  lab - the lab file (*.lab.yaml)

DESCRIPTION
  YAML with these fields. Comments and fields that PinLab does not know stay
  when the app saves a lab.

  version      1
  title        one line
  topology     nodes: devices by name, each { kind: KIND, parameters }
               links: wires, each { from: NODE, to: NODE } or NODE.PORT; on
               PCIe also width (lanes) and gen (generation)
  actors       programs by name: process (address space, if shared), on (a cpu
               or rdma-peer), handler (none, restart, no-restart), memlock,
               ipcLock, and ops: a list of operations
  policy       the kernel; pinlab help policy
  seed         breaks ties, a whole number
  bounds       stepsMax, endNs: where a run is given up
  schedules    a list of { name, text }; pinlab help schedules
  watch        pages to show, for example "F:1"
  expect       what must come out; pinlab help expectations
  layout       positions in the app; means nothing
  notes        free text
  guide        steps of a guided lab

  An operation is a map with one key, its word:
    - ftruncate: { file: F, size: 0, at: 5 us, repeat: forever }
  or the bare word where it needs no parameters:
    - exit

UNITS
  sizes   B, KiB, MiB, GiB, TiB, pages          64 KiB
  times   ns, us, ms, s                         1.5 us
  rates   MB/s, GB/s, GiB/s, Mbit/s, Gbit/s     200 Gbit/s

EXAMPLE
  version: 1
  title: A truncate meets a pin
  topology:
    nodes:
      cpu0: { kind: cpu }
      pmem0: { kind: pmem-region, size: 1 MiB, files: { F: { size: 64 KiB } } }
    links:
      - { from: cpu0, to: pmem0 }
  actors:
    admin:
      ops:
        - ftruncate: { file: F, size: 0 }
  expect:
    - { op: admin.1, result: 0 }

SEE ALSO
  pinlab help DEVICE, pinlab help OPERATION; pinlab help schema prints the JSON
  Schema for editors`);

const expectations = topic('expectations', `
NAME
  expectations - what a lab says must come out of its runs

DESCRIPTION
  Each item of expect: is about exactly one thing:

  op: ACTOR.N      with result, errno, killedBy, status, blockedOn (a text that
                   the chain holds, "anything" or "nothing"), sees (what its
                   first byte was, or a list of what it may have been); alone:
                   it is done
  page: FILE:INDEX or MAPPING:INDEX, with ref, pins, maps, maybePinned, owner,
                   content, memory, folioPages; of a mapping also entry, huge
  file: NAME       with size
  fs: NODE         with free, allocatable (blocks)
  process: NAME    with pinnedVm (pages)
  state: ROW: NAME with is: one value of the state, "pgmap of nvme0: refs"
  violated: ID     an invariant that breaks; "any" for one of them
  notViolated: ID  an invariant that holds; "any" for all of them
  order: [OP, OP]  operations in the order in which they return

  and may carry:

  when             preset, axis=variant or knob=value, or several that must all
                   be in force; without it the item speaks of every policy
  holds            this-run, every-schedule or some-schedule
  schedule         the schedule of the lab that shows it
  upTo             the schedule of the lab that leads to the state it is about:
                   judged where the words of the schedule are used up, before
                   the run goes on in time order

  pinlab check runs a lab under every policy and schedule that its expectations
  name. An item about which no run says anything is a failure.

EXAMPLES
  - { op: admin.1, errno: ETXTBSY, when: truncate-vs-dma=fail-etxtbsy }
  - { violated: S1, when: linux-4.14 }
  - { notViolated: any, when: [linux-6.1, longterm-file-pin=deny-fsdax] }`);

const selectors = topic('selectors', `
NAME
  selectors - what --why asks about

SYNOPSIS
  page:FILE:INDEX   a page of a file: the frame behind it at the end of the run
  page:PFN          a frame by number, for example page:0x80001
  task:ACTOR        a program, kernel worker or device engine
  op:ACTOR.N        the N-th operation of a program, from 1

DESCRIPTION
  The answer is a chain: who holds what, taken by which operation when, down to
  an operation or a policy.`);

const schedules = topic('schedules', `
NAME
  schedules - in which order steps are taken

DESCRIPTION
  Without --schedule a run takes steps in the order of simulated time, as the
  costs of the topology have it; ties are broken by --seed. --schedule takes the
  name of a schedule of the lab, the text of one, or "random" for an order drawn
  from the seed. The same lab, policy, seed and schedule give the same run, byte
  for byte; the digest says so.`);
