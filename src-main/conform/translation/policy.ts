import { NotModelled } from './not-modelled';

/** Kernels that were observed: era and build, with which the lab runs (spec 16). */
const POLICIES: readonly { readonly kernel: RegExp; readonly policy: (build: string) => string }[] = [
  { kernel: /^Linux (6\.1\.\d+)/, policy: build => `linux-6.1,build=${build}` },
  { kernel: /^Linux (6\.12\.\d+)/, policy: build => `linux-6.12,build=${build}` },
];

/** The policy that stands for the kernel of an observation. */
export function policyOfKernel(kernel: string): string {
  for (const { kernel: pattern, policy } of POLICIES) {
    const build = pattern.exec(kernel)?.[1];
    if (build !== undefined) return policy(build);
  }
  throw new NotModelled(`kernel "${kernel}"`);
}
