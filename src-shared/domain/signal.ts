/** Signals a lab may send (signal(7), x86 numbers). */
export const SIGNALS = { SIGINT: 2, SIGKILL: 9, SIGBUS: 7, SIGUSR1: 10, SIGSEGV: 11, SIGALRM: 14, SIGTERM: 15, SIGIO: 29 } as const;

export type SignalName = keyof typeof SIGNALS;

const NAMES = new Map<number, SignalName>(Object.entries(SIGNALS).map(([name, value]) => [value, name as SignalName]));

export const signalName = (signal: number): string => NAMES.get(signal) ?? `signal ${signal}`;
