import { randomUUID } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A new file may be read and written by whoever the umask lets; an old one keeps its mode. */
const NEW_FILE_MODE = 0o666;

/**
 * Writes a file so that a crash leaves the old one or the new one, never half of one: a temporary file in the same
 * directory, flushed, then renamed. What goes wrong is thrown, and no temporary file stays behind.
 */
export async function writeAtomically(file: string, content: string | Uint8Array): Promise<void> {
  const mode = await modeOf(file);
  // A symbolic link stays one: what it leads to is replaced.
  const path = mode === null ? file : await realpath(file);
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.tmp`);
  try {
    const handle = await open(temporary, 'wx', mode ?? NEW_FILE_MODE);
    try {
      await handle.writeFile(content);
      // The umask has cut the mode of the temporary file.
      if (mode !== null) await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function modeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
