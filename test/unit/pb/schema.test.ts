import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { ENUMS, SCHEMA } from '../../../src/pb/schema.ts';
// @ts-expect-error: a script without types
import { generate } from '../../../scripts/generate-schema.mjs';

test('src/pb/schema.ts is what scripts/generate-schema.mjs makes of proto/', () => {
  const current = readFileSync(new URL('../../../src/pb/schema.ts', import.meta.url), 'utf8');
  assert.ok((generate as () => string)() === current, 'run node scripts/generate-schema.mjs');
});

test('every message that a field names is there', () => {
  for (const [message, fields] of SCHEMA) {
    for (const [, name, type] of fields) if (type.includes('.')) assert.ok(SCHEMA.has(type), `${message}.${name}: ${type}`);
  }
});

test('enums have their values', () => {
  assert.is(ENUMS['pb.NetMode'].NONE, 2);
  assert.is(ENUMS['pb.MountType'].TMPFS, 4);
});

test.run();
