import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dumpDockerfile } from './dump.ts';
import { comparable, readReference } from './reference.ts';

const rows = readReference<string, Record<string, unknown>>('files');

test('the fixture is there', () => assert.ok(rows.length > 300));

for (const [text, result] of rows) {
  test(JSON.stringify(text), () => {
    const dump = dumpDockerfile(new TextEncoder().encode(text));
    assert.is(comparable(dump), comparable(result));
  });
}

test.run();
