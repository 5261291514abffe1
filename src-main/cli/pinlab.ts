import { readFileSync } from 'node:fs';
import { runProgram } from './program';

// Ctrl-C needs no handler: nothing is written in place, and the default action ends the longest run at once with 130.
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };

// A reader that closed the pipe has what it wanted ("pinlab … | head").
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await runProgram(process.argv.slice(2), {
  version,
  streams: {
    out: text => { process.stdout.write(text); },
    err: text => { process.stderr.write(text); },
    isErrTty: process.stderr.isTTY,
  },
});
