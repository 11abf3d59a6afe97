/** The steps of action.yml, run as GitHub runs them: inputs in the environment, outputs in a file. And the job for GitLab. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectFolder } from '../support/cache.ts';
import type { CommandResult } from '../support/command.ts';
import { startEnvironment } from '../support/environment.ts';

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly runs: { readonly using: string; readonly steps: readonly { readonly shell: string; readonly env: Readonly<Record<string, string>>; readonly run: string }[] };
}

const env = await startEnvironment();
test.after(() => env.stop());

const action = parse(readFileSync(join(projectFolder, 'action.yml'), 'utf8')) as Action;

async function push(dockerfile: string): Promise<string> {
  const image = env.image('of-ci');
  await env.mustBuild({ dockerfile, provenance: 'max', epoch: 1_700_000_000, rewriteTimestamp: true, output: { push: image } });
  return `${image.replace(/:[^:/]*$/, '')}@${(await env.images.manifest(image))?.digest ?? ''}`;
}

/** Runs all steps with these inputs in `folder`. Gives the last step's result, and what it wrote to GITHUB_OUTPUT. */
async function runAction(given: Readonly<Record<string, string>>, folder: string): Promise<CommandResult & { readonly outputs: string }> {
  const inputs = { ...Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? ''])), ...given };
  for (const [name, { required }] of Object.entries(action.inputs)) assert.ok(required !== true || (inputs[name] ?? '') !== '', name);
  const value = (text: string): string => text.replaceAll(/\$\{\{ *([\w.-]+) *\}\}/g, (_, name: string) => {
    if (name === 'github.action_path') return projectFolder;
    assert.match(name, /^inputs\./);
    assert.ok(Object.hasOwn(action.inputs, name.slice('inputs.'.length)), name);
    return inputs[name.slice('inputs.'.length)] ?? '';
  });
  const output = join(folder, 'github-output');
  writeFileSync(output, '');
  let last: CommandResult | undefined;
  for (const step of action.runs.steps) {
    assert.is(step.shell, 'bash');
    // An expression in a script would be code; those in `env` are data.
    assert.not.match(step.run, /\$\{\{/);
    const variables = Object.fromEntries(Object.entries(step.env).map(([name, text]) => [name, value(text)]));
    last = await env.shell(step.run, { cwd: folder, env: { ...variables, GITHUB_OUTPUT: output } });
    if (last.exitCode !== 0) break;
  }
  assert.ok(last !== undefined);
  return { ...last, outputs: readFileSync(output, 'utf8') };
}

test('an image that comes out equal: status 0, a report and a statement', async () => {
  const folder = env.tempFolder();
  const image = await push(`FROM ${env.bases.busybox}\nRUN echo same > /same\n`);
  const { exitCode, outputs, stderr } = await runAction({ image, frontend: env.frontend, statement: 'outcome.json' }, folder);
  assert.is(exitCode, 0, stderr);
  assert.is(outputs, 'status=0\n');
  assert.match(readFileSync(join(folder, 'repro-report.html'), 'utf8'), /^<!doctype html>/i);
  assert.is(JSON.parse(readFileSync(join(folder, 'outcome.json'), 'utf8')).predicate.verificationResult, 'PASSED');
});

test('an image that differs fails the step with 1, one that is not there with 2; names are data', async () => {
  const image = await push(`FROM ${env.bases.busybox}\nRUN cat /proc/sys/kernel/random/uuid > /id\n`);
  const differs = await runAction({ image, frontend: env.frontend }, env.tempFolder());
  assert.equal([differs.exitCode, differs.outputs], [1, 'status=1\n'], differs.stderr);
  const hostile = await runAction({ image: 'x$(touch hacked)`touch hacked`;touch hacked', frontend: env.frontend }, env.tempFolder());
  assert.equal([hostile.exitCode, hostile.outputs], [2, 'status=2\n']);
  assert.match(hostile.stderr, /expected a reference with a digest/);
});

test('the job for GitLab runs the same', async () => {
  const job = (parse(readFileSync(join(projectFolder, 'docs/gitlab-ci.yml'), 'utf8')) as Record<string, { script: readonly string[]; variables: Readonly<Record<string, string>> }>)['verify-image'];
  assert.ok(job !== undefined);
  assert.equal(Object.keys(job.variables).sort(), ['BUILDKIT_HOST', 'REPRO_DOCKERFILE_IMAGE', 'SUBJECT']);
  const SUBJECT = await push(`FROM ${env.bases.busybox}\nRUN echo same > /same\n`);
  const { exitCode, stderr } = await env.shell(job.script.join('\n'), { cwd: env.tempFolder(), env: { SUBJECT, REPRO_DOCKERFILE_IMAGE: env.frontend } });
  assert.is(exitCode, 0, stderr);
});

test.run();
