/** A build that fails shows the user what the reference shows: same text, same exit status, same lines of the Dockerfile. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuildRequest } from '../support/build.ts';
import { startEnvironment } from '../support/environment.ts';
import { errorTail } from '../support/progress.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const FROM = `FROM ${env.bases.busybox}`;

/** Name, Dockerfile, and a word that must be in the message, so that two equal wrong messages do not pass. */
const CASES: readonly (readonly [string, string, string | RegExp, BuildRequest?])[] = [
  ['a failing RUN', `${FROM}\nRUN echo before\nRUN echo out; echo err >&2; exit 3\nRUN echo after\n`, 'exit code: 3'],
  ['a failing RUN of several lines', `${FROM}\nRUN echo one && \\\n    # a comment\n    false && \\\n    echo two\n`, 'exit code: 1'],
  ['a failing heredoc', `${FROM}\nRUN <<EOF\nset -e\necho one\nfalse\necho two\nEOF\n`, 'exit code: 1'],
  ['a failing exec form', `${FROM}\nRUN ["/bin/sh", "-c", "exit 42"]\n`, 'exit code: 42'],
  ['a command that does not exist', `${FROM}\nRUN no-such-command --flag\n`, 'exit code: 127'],
  ['an exec form whose program does not exist', `${FROM}\nRUN ["/no/such/program"]\n`, '/no/such/program'],
  ['an exec form whose program is not in PATH', `${FROM}\nRUN ["no-such-program", "x"]\n`, 'no-such-program'],
  ['an exec form whose program may not be run', `${FROM}\nRUN ["/etc/passwd"]\n`, '/etc/passwd'],
  ['a RUN killed by a signal', `${FROM}\nRUN sh -c 'kill -TERM $$'; exit $?\n`, 'exit code: 143'],
  ['a RUN killed at once', `${FROM}\nRUN sh -c 'kill -KILL $$'; exit $?\n`, 'exit code: 137'],
  ['an exec form whose child is killed', `${FROM}\nRUN ["/bin/sh", "-c", "sh -c 'kill -SEGV $$'; exit $?"]\n`, 'exit code: 139'],
  ['a status beyond a signal', `${FROM}\nRUN exit 255\n`, 'exit code: 255'],
  ['a shell with set -e', `${FROM}\nSHELL ["/bin/sh", "-ec"]\nRUN echo one; false; echo two\n`, 'exit code: 1'],
  ['a shell that stops at a failing pipe', `FROM ${env.bases.debian}\nSHELL ["/bin/bash", "-euo", "pipefail", "-c"]\nRUN echo one; (exit 6) | cat; echo two\n`, 'exit code: 6'],
  ['a shell that stops at an unset variable', `${FROM}\nSHELL ["/bin/sh", "-uc"]\nRUN echo $UNSET\n`, 'exit code: 2'],
  ['a script that may not be run', `${FROM}\nRUN echo x > /x; /x\n`, 'exit code: 126'],
  ['a heredoc whose interpreter is missing', `${FROM}\nRUN <<EOF\n#!/no/interpreter\nEOF\n`, '/dev/pipes/EOF'],
  ['a heredoc whose interpreter fails', `FROM ${env.bases.debian}\nRUN <<EOF\n#!/usr/bin/perl\nexit 11;\nEOF\n`, 'exit code: 11'],
  ['an exec form of a folder', `${FROM}\nRUN ["/etc"]\n`, '/etc'],
  ['an exec form where PATH is empty', `${FROM}\nENV PATH=\nRUN ["true"]\n`, '"true"'],
  ['a command that PATH does not lead to', `${FROM}\nENV PATH=/nowhere\nRUN nothing-there\n`, 'exit code: 127'],
  ['a USER who may not write', `${FROM}\nUSER 1234\nRUN echo x > /x\n`, 'exit code: 1'],
  ['a read-only mount', `${FROM} AS other\n${FROM}\nRUN --mount=from=other,source=/etc,target=/mnt echo x > /mnt/x\n`, 'exit code: 1'],
  ['a RUN that may not have what it asks for', `${FROM}\nRUN --security=insecure true\n`, 'security.insecure is not allowed'],
  ['a RUN in a stage that COPY --from needs', `${FROM} AS first\nRUN exit 7\nFROM scratch\nCOPY --from=first / /\n`, 'exit code: 7'],
  ['a failing ONBUILD-free RUN in a named target', `${FROM} AS wanted\nRUN exit 9\nFROM scratch\n`, 'exit code: 9', { target: 'wanted' }],
  ['a SHELL that does not exist', `${FROM}\nSHELL ["/bin/nope", "-c"]\nRUN echo hi\n`, '/bin/nope'],
  ['a WORKDIR that is a file', `${FROM}\nRUN echo x > /file\nWORKDIR /file/below\nRUN true\n`, /not a directory/i],
  ['a USER that does not exist', `${FROM}\nUSER nobody-here\nRUN true\n`, 'nobody-here'],
  ['a command that is longer than the kernel takes', `${FROM}\nRUN : ${'x'.repeat(65_000)}\\\n${'x'.repeat(65_000)}\\\n${'x'.repeat(1_500)}\n`, 'exit code: 1'],
  ['a mount over everything', `${FROM}\nRUN --mount=type=bind,target=/ true\n`, '/'],
  ['fewer descriptors than a start takes', `${FROM}\nRUN true\n`, '', { opts: { ulimit: 'nofile=4:4' } }],
  ['an unknown instruction', `${FROM}\nRUNN true\n`, 'unknown instruction: RUNN'],
  ['an unknown flag', `${FROM}\nRUN --nope=1 true\n`, 'unknown flag: --nope'],
  ['an unterminated heredoc', `${FROM}\nRUN <<EOF\ntrue\n`, 'unterminated heredoc'],
  ['a bad variable modifier', `${FROM}\nENV A=\${B:x}\n`, 'unsupported modifier'],
  ['FROM with no name', `FROM\n`, 'FROM requires'],
  ['an empty Dockerfile', ``, 'empty'],
  ['a Dockerfile of comments', `# nothing\n`, 'no instructions'],
  ['an instruction before FROM', `RUN true\n${FROM}\n`, 'no build stage in current context'],
  ['a missing COPY source', `${FROM}\nCOPY missing.txt /\n`, '"/missing.txt": not found'],
  ['a missing COPY source after one that exists', `${FROM}\nCOPY there.txt \\\n     missing.txt /x/\n`, '"/missing.txt": not found', { files: { 'there.txt': 'x' } }],
  ['a missing file in another stage', `${FROM} AS first\nFROM scratch\nCOPY --from=first /nope /\n`, '"/nope": not found'],
  ['a source that .dockerignore hides', `${FROM}\nCOPY secret.txt /\n`, 'secret.txt', { files: { 'secret.txt': 'x', '.dockerignore': 'secret.txt\n' } }],
  ['a target that does not exist', `${FROM} AS build\n`, 'target stage "biuld" could not be found', { target: 'biuld' }],
  ['a base that does not exist', `FROM ${env.image('never-pushed')}\nRUN true\n`, 'not found'],
  ['a circular stage', `FROM b AS a\nFROM a AS b\nFROM ${env.image('x')} AS c\nCOPY --from=c / /\n`, /circular|not found|failed/],
  ['a required secret that is missing', `${FROM}\nRUN --mount=type=secret,id=absent,required true\n`, 'secret absent: not found'],
  ['a missing Dockerfile', '', 'no-such-file', { filename: 'no-such-file', files: { x: 'x' } }],
  ['a bad build option', `${FROM}\n`, 'shm size', { opts: { 'shm-size': 'big' } }],
  ['a bad platform', `${FROM}\n`, 'linux/a/b/c', { opts: { platform: 'linux/a/b/c' } }],
  ['a lint rule as error', `# check=error=true\nfrom ${env.bases.busybox}\nRun true\n`, 'lint violation'],
];

function toRequest([, dockerfile, , extra]: (typeof CASES)[number]): BuildRequest {
  const base: BuildRequest = { noCache: true, output: 'none', ...extra };
  return extra?.filename === undefined ? { ...base, dockerfile } : base;
}

for (const entry of CASES) {
  test(entry[0], async () => {
    const request = toRequest(entry);
    const [theirs, ours] = await Promise.all([env.build({ ...request, frontend: 'reference' }), env.build({ ...request, frontend: 'ours' })]);
    const expected = errorTail(theirs.log);
    if (typeof entry[2] === 'string') assert.ok(expected.includes(entry[2]), `the reference says:\n${expected}`);
    else assert.match(expected, entry[2]);
    assert.is(errorTail(ours.log), expected);
    assert.is(ours.exitCode, theirs.exitCode);
  });
}

const WITH_BUILDX = ['a failing RUN', 'an unknown instruction', 'a missing COPY source', 'a bad variable modifier'];

for (const entry of CASES.filter(([name]) => WITH_BUILDX.includes(name))) {
  test(`${entry[0]}, by buildx`, async () => {
    const request: BuildRequest = { ...toRequest(entry), client: 'buildx' };
    const [theirs, ours] = await Promise.all([env.build({ ...request, frontend: 'reference' }), env.build({ ...request, frontend: 'ours' })]);
    assert.is(errorTail(ours.log), errorTail(theirs.log));
    assert.is(ours.exitCode, theirs.exitCode);
  });
}

test.run();
