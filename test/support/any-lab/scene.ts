import type { LabFile, LabNode, Scalar } from '../../../src-shared/lab/lab'
import { kindsOfTarget } from '../../../src-shared/protocol/parameter'
import type { Chance } from './chance'

/** How the kernel serves a file: by DAX, by the page cache, by whichever its flag says, or as a character device. */
export type FileKind = 'dax' | 'cache' | 'switchable' | 'devdax' | 'directory'

export interface SceneFile {
  readonly name: string
  readonly pages: number
  readonly kind: FileKind
  /** Node that it lies on. */
  readonly node: string
  /** On XFS or ext4, which have a DAX flag. */
  readonly hasFlag: boolean
}

export interface SceneMapping {
  readonly name: string
  readonly process: string
  readonly file: SceneFile | null
  readonly pages: number
}

/** What an operation may name, beside files and mappings; each belongs to the process that made it. */
export type NameKind = 'fd' | 'mr' | 'pipe' | 'ring' | 'socket' | 'reference' | 'pin' | 'pd' | 'cq' | 'qp' | 'mw' | 'p2p-buffer' | 'namespace'

export interface SceneName {
  readonly name: string
  readonly process: string
}

/** Who does the next operation. */
export interface Doer {
  readonly name: string
  readonly process: string
  /** Other actors of the lab. */
  readonly others: readonly string[]
}

/** The stage of a random lab: devices and files, and the names that operations have brought up so far. */
export class Scene {
  readonly nodes: Record<string, LabNode> = {}
  readonly links: { from: string; to: string }[] = []
  readonly files: SceneFile[] = []
  readonly mappings: SceneMapping[] = []
  /** Parent of each process that a fork brings up: it names its parent's mappings as its own. */
  readonly parents = new Map<string, string>()
  private readonly names = new Map<NameKind, SceneName[]>()

  /**
   * `hasBugs`: drivers and completions may get it wrong, release in another way than was taken, forget to mark dirty, unpin before they
   * fence. `foreverPercent` operations out of 100 are repeated for ever.
   */
  constructor(readonly chance: Chance, readonly hasBugs: boolean, readonly foreverPercent: number) {
    this.isCrowded = chance.percent(40)
  }

  /** Few pages and hardly a free block: whatever happens, happens to the same file. */
  readonly isCrowded: boolean

  /** Names of the nodes that a reference may mean. */
  nodesOf(target: string): readonly string[] {
    const kinds = kindsOfTarget(target)
    return Object.keys(this.nodes).filter((name) => kinds.includes(this.nodes[name]!.kind))
  }

  /** A file that fits; often the first, so that operations meet. */
  file(fits: (file: SceneFile) => boolean = () => true): SceneFile | undefined {
    const fitting = this.files.filter(fits)
    return this.chance.percent(this.isCrowded ? 70 : 33) ? fitting[0] : this.chance.maybeOne(fitting)
  }

  mappingsOf(process: string): readonly SceneMapping[] {
    const own = this.mappings.filter((mapping) => mapping.process === process)
    const parent = this.parents.get(process)
    return parent === undefined ? own : [...own, ...this.mappingsOf(parent)]
  }

  addMapping(process: string, file: SceneFile | null, pages: number): string {
    const name = `m${this.mappings.length}`
    this.mappings.push({ name, process, file, pages })
    return name
  }

  /** A name of this kind that somebody has brought up, own ones by preference. */
  known(kind: NameKind, process: string): string | undefined {
    const all = this.names.get(kind) ?? []
    const own = all.filter((one) => one.process === process)
    return (this.chance.percent(75) ? this.chance.maybeOne(own) : undefined)?.name ?? this.chance.maybeOne(all)?.name
  }

  owned(kind: NameKind, process: string): readonly SceneName[] {
    return (this.names.get(kind) ?? []).filter((one) => one.process === process)
  }

  all(kind: NameKind): readonly SceneName[] {
    return this.names.get(kind) ?? []
  }

  /** A new name of this kind, or now and then one that this process has brought up before. */
  bringUp(kind: NameKind, process: string, again = 15): string {
    const all = this.names.get(kind) ?? []
    const before = all.filter((one) => one.process === process)
    if (before.length > 0 && this.chance.percent(again)) return this.chance.one(before).name
    const name = `${kind}${all.length}`
    this.names.set(kind, [...all, { name, process }])
    return name
  }

  addNode(name: string, node: { readonly kind: string } & Readonly<Record<string, Scalar | Readonly<Record<string, LabFile>>>>, ...links: readonly (readonly [from: string, to: string])[]): void {
    this.nodes[name] = node
    for (const [from, to] of links) this.links.push({ from, to })
  }
}
