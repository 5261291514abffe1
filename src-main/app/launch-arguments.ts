import { resolve } from 'node:path';

/** What the person asked for when starting the app. */
export interface LaunchArguments {
  /** Lab file to open, absolute. */
  readonly lab: string | null;
  /** PNG file to write once the lab is on screen, absolute; the app then ends. */
  readonly screenshot: string | null;
}

/** Playwright and the electron command put these before the app's folder, each with a value of its own. */
const switchesWithValue = new Set(['-r', '--require']);

/**
 * `--lab=FILE`, `--screenshot=FILE`, or a file name alone (the desktop opens documents that way).
 * Unpackaged, the first word that is no switch names the app's own folder.
 */
export function readLaunchArguments(argv: readonly string[], isPackaged: boolean, directory: string): LaunchArguments {
  const words: string[] = [];
  const given = new Map<string, string>();
  for (let i = 1; i < argv.length; i++) {
    const argument = argv[i]!;
    if (switchesWithValue.has(argument)) i++;
    else if (!argument.startsWith('-')) words.push(argument);
    else {
      const match = /^--(lab|screenshot)=(.+)$/.exec(argument);
      if (match) given.set(match[1]!, resolve(directory, match[2]!));
    }
  }
  const document = words[isPackaged ? 0 : 1];
  return {
    lab: given.get('lab') ?? (document === undefined ? null : resolve(directory, document)),
    screenshot: given.get('screenshot') ?? null,
  };
}
