import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PassThrough } from 'node:stream';
import { makeLog } from '../../../src/cmd/log.ts';

test('messages keep their lines, and nothing in them reaches the terminal as a command', () => {
  const stream = new PassThrough();
  makeLog(stream)('registry.example: status 404, \u001b]0;title\u0007\u202e\n 1 | FROM x');
  assert.is(String(stream.read()), 'registry.example: status 404, \\x1b]0;title\\x07\\u{202e}\n 1 | FROM x\n');
});

test.run();
