import type { Mechanism } from '../engine/step';
import { kernel } from '../kernel';
import { writeFile } from './file-access';

/** What a layout operation calls: the rule of truncate-vs-dma, behind the check of leases where a policy has one. Frame begins with file, first, count, op. */
export const layoutEntry = (): Mechanism => kernel.policy.longtermFilePin.guards?.layout ?? kernel.policy.truncateVsDma.layoutOperation;

/** What a write through the file system calls; one that changes the layout may have to ask as well. Frame begins with op, file, first, count, head, tail. */
export const writeEntry = (): Mechanism => kernel.policy.longtermFilePin.guards?.write ?? writeFile;
