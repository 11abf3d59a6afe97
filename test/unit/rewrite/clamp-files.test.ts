import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConvertOptions } from '../../../src/convert/options.ts';
import { CodedError } from '../../../src/diag/error.ts';
import { CAPS } from '../../../src/llb/caps.ts';
import { decodeOp } from '../../../src/llb/definition-pb.ts';
import { clampFiles } from '../../../src/rewrite/clamp-files.ts';
import { convertText, llbOf } from '../convert/support.ts';

const TIME = 1_700_000_000n * 1_000_000_000n;
const OPTIONS: Pick<ConvertOptions, 'fileRule'> = { fileRule: (actions, facts) => clampFiles(actions, facts, 1_700_000_000n) };

/** The actions of the one file op, as `INPUT[<SOURCE] WHAT`: iN is an input, aN the result of action N. */
async function actions(lines: string, base = 'debian'): Promise<readonly string[]> {
  const { ops } = await llbOf(`FROM ${base}\n${lines}\n`, { options: OPTIONS });
  const op = ops.map(({ bytes }) => decodeOp(bytes)).findLast((each) => (each.file?.actions.length ?? 0) > 0);
  const place = (index: bigint | number): string => (index < 0 ? '-' : Number(index) < (op?.inputs.length ?? 0) ? `i${index}` : `a${Number(index) - (op?.inputs.length ?? 0)}`);
  return (op?.file?.actions ?? []).map(({ input, secondaryInput, mkdir, copy, symlink }) => {
    if (copy !== undefined) {
      const flags = `${copy.attemptUnpackDockerCompatibility ? ' unpack' : ''}${copy.allowEmptyWildcard ? ' wildcard' : ''}${copy.timestamp === TIME ? ' timed' : ''}`;
      return `${place(input)}<${place(secondaryInput)} copy ${copy.src} ${copy.dest}${flags}`;
    }
    return `${place(input)} ${mkdir === undefined ? `link ${symlink?.newpath}` : `mkdir ${mkdir.path}${mkdir.timestamp === TIME ? ' timed' : ''}`}`;
  });
}

const touch = (at: number, before: string, path: string): readonly string[] => [`- mkdir /empty`, `${before}<a${at} copy /empty ${path} timed`];

test('a file into a folder: the folder, and those above it that are new', async () => {
  const found = await actions('COPY a /usr/local/');
  assert.is(found[0], 'i0<i1 copy /a /usr/local/ wildcard timed');
  assert.equal(found.slice(1, 6), [
    'i0 mkdir /.repro-dockerfile-probe/folder', 'a1 mkdir /.repro-dockerfile-probe/link/missing', '- link /link', 'a2<a3 copy /link /usr/local',
    'a0<a4 copy /usr/local/link/[m]issing /usr wildcard timed',
  ]);
  assert.equal(found.slice(6), touch(6, 'a5', '/usr/local'));
});

test('a file to a path that may be a folder or a file', async () => {
  const found = await actions('COPY a /bin');
  assert.is(found.at(-1), 'a0<a4 copy /bin/link/[f]older /bin wildcard timed');
  assert.is(found.length, 6);
});

test('in an empty file system all folders are new', async () => {
  assert.equal(await actions('COPY a /x/y', 'scratch'), ['-<i0 copy /a /x/y wildcard timed', ...touch(1, 'a0', '/x')]);
  assert.equal(await actions('COPY a /', 'scratch'), ['-<i0 copy /a / wildcard timed']);
  assert.equal(await actions('COPY --link a b /x/'), ['-<i0 copy /a /x/ wildcard timed', 'a0<i0 copy /b /x/ wildcard timed', ...touch(2, 'a1', '/x')]);
});

test('WORKDIR: the folders above, where they get a new one', async () => {
  assert.equal(await actions('WORKDIR /a/b', 'scratch'), ['- mkdir /a/b timed', ...touch(1, 'a0', '/a')]);
  assert.is((await actions('WORKDIR /a/b')).at(-1), 'a0<a4 copy /a/b/link/[m]issing /a wildcard timed');
  assert.equal(await actions('WORKDIR /a'), ['i0 mkdir /a timed']);
});

test('what may be an archive is copied a second time from where it was unpacked', async () => {
  assert.equal(await actions('ADD a.tar /x/', 'scratch'), [
    '-<i0 copy /a.tar /x/ unpack wildcard timed', '-<i0 copy /a.tar /a.tar unpack wildcard timed', 'a0<a1 copy /a.tar /x/ timed', ...touch(3, 'a2', '/x'),
  ]);
  assert.equal((await actions('ADD *.tar /', 'scratch')).slice(1), ['-<i0 copy /*.tar /all/ unpack wildcard timed', 'a0<a1 copy /[a]ll / wildcard timed']);
  assert.is((await actions('ADD . /', 'scratch')).length, 1);
  assert.is((await actions('ADD https://example.com/a.tar /', 'scratch')).length, 1);
  assert.is((await actions('ADD --unpack=true https://example.com/a.tar /', 'scratch')).length, 3);
  assert.is((await actions('ADD --unpack=false a.tar /', 'scratch')).length, 1);
});

test('where no pattern matches, no folder is made', async () => {
  const found = await actions('COPY a* b* /x/', 'scratch');
  assert.equal(found.slice(2), ['-<i0 copy /a* /all/ wildcard', 'a1<a2 copy /[a]ll /x wildcard timed', '-<i0 copy /b* /all/ wildcard', 'a3<a4 copy /[a]ll /x wildcard timed']);
});

test('folders above what --parents takes', async () => {
  const exact = await actions('COPY --parents a/b/c /', 'scratch');
  assert.equal(exact, ['-<i0 copy / / wildcard timed', ...touch(1, 'a0', '/a'), ...touch(3, 'a2', '/a/b')]);
  assert.equal(await actions('COPY --parents */c /', 'scratch'), ['-<i0 copy / / wildcard timed', '-<a0 copy / / timed']);
  assert.equal(await actions('COPY --exclude=*.md --exclude=!a.md . /', 'scratch'), ['-<i0 copy / / wildcard timed', '-<a0 copy / / timed']);
});

test('a daemon that makes no links is told of', async () => {
  const caps = Object.values(CAPS).filter((id) => id !== CAPS.fileSymlinkCreate);
  const message = (error: unknown): boolean => error instanceof CodedError && error.message.includes('lacks the capability file.symlink.create');
  try {
    await convertText('FROM debian\nCOPY a /bin\n', { options: OPTIONS, caps });
    assert.unreachable();
  } catch (error) {
    assert.ok(message(error) || message((error as Error).cause), String(error));
  }
});

test.run();
