import type { Plain } from './lab-form';

/** One step of the ladder that brings an older file to {@link LAB_VERSION}. */
export interface Upgrade {
  /** Version that it makes; numbers follow each other and end at LAB_VERSION (tested). */
  readonly to: number;
  readonly why: string;
  readonly run: (file: Plain) => Plain;
}

/** Version 1 is the first. */
export const labUpgrades: readonly Upgrade[] = [];
