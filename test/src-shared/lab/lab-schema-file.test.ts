import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { labJsonSchema } from '@shared/lab/catalogue-schema';
import { catalogue } from '../../../src-main/sim/assemble';

const file = fileURLToPath(new URL('../../../resources/schema/lab.schema.json', import.meta.url));

test('the published schema is the one that the registries give', () => {
  const fresh = `${JSON.stringify(labJsonSchema(catalogue()), null, 2)}\n`;
  if (process.env['UPDATE'] === '1') {
    mkdirSync(fileURLToPath(new URL('.', `file://${file}`)), { recursive: true });
    writeFileSync(file, fresh);
  }
  expect(readFileSync(file, 'utf8'), 'stale: write it again with UPDATE=1 npx vitest run -c test/vitest.config.ts lab-schema-file').toBe(fresh);
});
