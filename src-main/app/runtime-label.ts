/** The substitute that machines without a route to Electron's release host run; never shipped. */
const TEST_RUNTIME_MAJOR = '33';

export function runtimeLabel(electronVersion: string): string {
  const isTestRuntime = electronVersion.split('.')[0] === TEST_RUNTIME_MAJOR;
  return `Electron ${electronVersion}${isTestRuntime ? ' (restricted-network test runtime)' : ''}`;
}
