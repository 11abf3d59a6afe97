import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runExplain } from '../../../src/cmd/explain.ts';
import { runLlb } from '../../../src/cmd/llb.ts';
import type { LlbOptions } from '../../../src/cmd/llb.ts';
import { decodeDefinition } from '../../../src/llb/definition-pb.ts';
import { definitionGraph } from '../../../src/llb/definition-graph.ts';

const folders: string[] = [];
test.after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

const CONFIG = JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Env: ['PATH=/bin'] }, rootfs: { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`] } });

function context(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'local-'));
  folders.push(folder);
  for (const [name, text] of Object.entries({ ...files, '../config.json': '' })) {
    if (name.startsWith('..')) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const configs = context({ 'config.json': CONFIG });
const SUPPLIED = { imageConfig: [`busybox=${join(configs, 'config.json')}`], platform: 'linux/amd64', buildArg: ['SOURCE_DATE_EPOCH=1'] };

async function llb(folder: string, options: LlbOptions = {}): Promise<{ readonly bytes: Uint8Array; readonly text: string; readonly warnings: readonly string[] }> {
  const written: (string | Uint8Array)[] = [];
  const warnings: string[] = [];
  await runLlb(folder, { ...SUPPLIED, ...options }, { write: (data) => void written.push(data), isTerminal: false, warn: (text) => void warnings.push(text) });
  const bytes = Buffer.concat(written.map((data) => Buffer.from(data as string)));
  return { bytes, text: bytes.toString(), warnings };
}

const FILES = { Dockerfile: 'FROM busybox\nRUN echo a\nCOPY file /\n', file: 'x', '.dockerignore': '*.log\n' };

test('protobuf holds the ops, without the rewrites the plain ones', async () => {
  const folder = context(FILES);
  const titles = (bytes: Uint8Array) => definitionGraph(decodeDefinition(bytes)).map(({ kind, title }) => `${kind} ${title}`.trim());
  assert.equal(titles((await llb(folder, { rewrites: false })).bytes).sort(), ['exec /bin/sh -c echo a', 'file copy /file /', 'result', 'source docker-image://docker.io/library/busybox:latest', 'source local://context']);
  assert.ok(titles((await llb(folder)).bytes).includes('exec /dev/.repro/exec /bin/sh -c echo a'));
});

test('the same request gives the same bytes; local sources have no session', async () => {
  const folder = context(FILES);
  const [one, two] = [await llb(folder), await llb(folder)];
  assert.equal(one.bytes, two.bytes);
  const { text } = await llb(folder, { format: 'json' });
  assert.match(text, /"local\.excludepatterns": "\[\\"\*\.log\\"\]"/);
  assert.not.match(text, /local\.session/);
});

test('a tree and a graph show each vertex once, with the lines of the Dockerfile', async () => {
  const folder = context(FILES);
  assert.is((await llb(folder, { format: 'tree', rewrites: false })).text, [
    '#4 file copy /file / (line 3)',
    '  #2 exec /bin/sh -c echo a [linux/amd64] (line 2)',
    '    / ← #1 source docker-image://docker.io/library/busybox:latest [linux/amd64] (line 1)',
    '  from ← #3 source local://context', '',
  ].join('\n'));
  const { text } = await llb(folder, { format: 'dot', rewrites: false });
  assert.match(text, /^digraph \{\n/);
  assert.is([...text.matchAll(/ -> /g)].length, 4);
});

test('a Dockerfile from elsewhere, named contexts, and options', async () => {
  const folder = context({ file: 'x' });
  const other = context({ 'other.Dockerfile': 'FROM base AS x\nARG A\nENV B=$A\nFROM scratch\nCOPY --from=data . /\n', 'other.Dockerfile.dockerignore': 'no' });
  const data = context({ d: 'd' });
  const file = join(other, 'other.Dockerfile');
  const { text } = await llb(folder, { file, format: 'tree', buildContext: [`data=${data}`] });
  assert.match(text, /source local:\/\/data/);
  assert.match((await llb(folder, { file, format: 'tree', target: 'x', buildContext: ['base=docker-image://busybox'] })).text, /source docker-image:\/\/docker\.io\/library\/busybox:latest/);
});

const failures: readonly (readonly [what: string, options: LlbOptions, dockerfile: string, message: RegExp])[] = [
  ['a wrong line', {}, 'FROM busybox\nRUNN x\n', /unknown instruction: RUNN/],
  ['an unknown format', { format: 'svg' }, 'FROM busybox\n', /--format svg: expected one of pb, json, dot, tree/],
  ['a pair without a value', { buildContext: ['x'] }, 'FROM busybox\n', /--build-context x: expected NAME=VALUE/],
  ['a named context that is not there', { buildContext: ['x=/nowhere'] }, 'FROM busybox\n', /the named context x is \/nowhere: neither a folder nor/],
  ['two platforms', { platform: 'linux/amd64,linux/arm64' }, 'FROM busybox\n', /for 2 platforms \(linux\/amd64, linux\/arm64\): name one/],
  ['a file of a git repository', { buildContext: ['base=https://example.invalid/x.git'], buildArg: ['SOURCE_DATE_EPOCH=base'] }, 'FROM base\n', /git:\/\/example\.invalid\/x\.git|https:\/\/example\.invalid\/x\.git/],
  ['an unreadable config', { imageConfig: ['busybox=/nowhere'] }, 'FROM busybox\n', /cannot read \/nowhere/],
];
for (const [what, options, dockerfile, message] of failures) {
  test(`${what} is one clear error`, async () => {
    try {
      await llb(context({ Dockerfile: dockerfile }), options);
    } catch (error) {
      assert.match((error as Error).message, message);
      return;
    }
    assert.unreachable('no error');
  });
}

test('an error shows its lines of the Dockerfile, without what a terminal would obey', async () => {
  const told = async (dockerfile: string): Promise<string> => llb(context({ Dockerfile: dockerfile })).then(() => 'no error', (error: Error) => error.message);
  assert.is(await told('FROM busybox\nENV A=1\n\nENV \\\n  B\nRUN x\n'), [
    'ENV must have two arguments', 'Dockerfile:4', '--------------------',
    ' 2 |     ENV A=1', ' 3 |', ' 4 | >>> ENV \\', ' 5 | >>>   B', ' 6 |     RUN x', '--------------------',
  ].join('\n'));
  assert.match(await told('FROM busybox\r\nRUNN \u001b[31m\r\n'), /\n 2 \| >>> RUNN \\u001b\[31m\n-+$/);
});

test('a link out of the context is not followed', async () => {
  const folder = context({ file: 'x' });
  symlinkSync('/etc/passwd', join(folder, 'Dockerfile'));
  try {
    await llb(folder);
    assert.unreachable('no error');
  } catch (error) {
    assert.match((error as Error).message, /failed to read dockerfile/);
  }
});

test('explain tells the rewrites, as text and as JSON; a secret counts', async () => {
  const folder = context({ Dockerfile: 'FROM busybox\nRUN apt-get install x\n' });
  const explained = async (options: Parameters<typeof runExplain>[1], color = false): Promise<string> => {
    let text = '';
    await runExplain(folder, { ...SUPPLIED, ...options }, (data) => void (text += data), () => undefined, color);
    return text;
  };
  assert.match(await explained({}), /^linux\/amd64\n\nDockerfile:2 {2}RUN apt-get install x\n {2}strip /);
  assert.match(await explained({ secret: ['id=enable-repro-sources-list,src=/dev/null'] }), /sources-list/);
  assert.match(await explained({}, true), /\u001b\[1m/);
  assert.is(JSON.parse(await explained({ format: 'json' })).dockerfile, 'Dockerfile');
});

test.run();
