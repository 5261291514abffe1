import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { runProgram } from '../../../src-main/cli/program';

export interface Finished {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process, as `pinlab WORDS…`. */
export async function pinlab(...words: readonly string[]): Promise<Finished> {
  let out = '';
  let err = '';
  const streams = { out: (text: string) => { out += text; }, err: (text: string) => { err += text; }, isErrTty: false };
  const code = await runProgram(words, { version: '1.2.3', streams });
  return { code, out, err };
}

/** A directory for the files of one test file. */
export function folder(): { readonly path: (name: string) => string; readonly write: (name: string, text: string) => string } {
  const root = mkdtempSync(join(tmpdir(), 'pinlab-cli-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const path = (name: string): string => join(root, name);
  return { path, write: (name, text) => { writeFileSync(path(name), text); return path(name); } };
}

/** A page of F is pinned for ever by a registration; admin empties F. What comes of it is the policy's. */
export const pinnedLab = `version: 1
title: A truncate meets a long-term pin
policy: linux-4.14
seed: 7
topology:
  nodes:
    cpu0: { kind: cpu }
    mem0: { kind: host-memory, size: 1 MiB }
    pmem0: { kind: pmem-region, size: 64 KiB, files: { F: { size: 16 KiB } } }
    rc0: { kind: root-complex }
    nic0: { kind: rdma-nic }
    peer0: { kind: rdma-peer }
  links:
    - { from: cpu0, to: mem0 }
    - { from: cpu0, to: pmem0 }
    - { from: cpu0, to: rc0 }
    - { from: rc0, to: nic0 }
    - { from: nic0, to: peer0 }
actors:
  app:
    ops:
      - mmap: { name: m, file: F }
      - ibv-reg: { name: r, mapping: m }
  peer:
    on: peer0
    ops:
      - rdma-write: { mr: r, pages: 0+1, at: 100 us }
  admin:
    ops:
      - ftruncate: { file: F, size: 0, at: 50 us }
`;
