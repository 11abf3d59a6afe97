/** Runs the commands of the documentation, with loopback stand-ins for the public names in them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mustRun } from '../support/command.ts';
import { commandBlocks, documentationPages } from '../support/docs.ts';
import { startEnvironment } from '../support/environment.ts';

const env = await startEnvironment();
test.after(() => env.stop());

const EPOCH = 1_690_467_916;

/** Stands for debian:12: small, and with the folders that the runtime would make in a RUN's layer. */
const baseImage = env.image('base');
await env.mustBuild({ frontend: 'reference', output: { push: baseImage }, dockerfile: `FROM ${env.bases.busybox}\nRUN true\n` });

/** An image of somebody else's, with its provenance, and its Dockerfile's folder. */
const upstream = env.image('upstream');
await env.mustBuild({
  frontend: 'ours', provenance: 'max', epoch: EPOCH, rewriteTimestamp: true, output: { push: upstream },
  dockerfile: `FROM ${baseImage}\nRUN echo built > /built\n`,
});
const byDigest = async (image: string): Promise<string> => `${image.replace(/:[^:/]*$/, '')}@${(await env.images.manifest(image))?.digest ?? ''}`;
const subject = await byDigest(upstream);
const base = await byDigest(baseImage);

/** Public names, and what stands for them here. */
const STAND_INS: readonly (readonly [name: RegExp, here: string])[] = [
  [/\bIMAGE\b/g, env.frontend],
  [/docker\.io\/(?:library\/gcc|example\/app)@sha256:…/g, subject],
  [/https:\/\/github\.com\/docker-library\/gcc\.git#COMMIT:13/g, '.'],
  [/\bregistry\.example\.com\b/g, env.registry],
  [/\bexample\.com\/app\b/g, env.image('app').replace(/:[^:/]*$/, '')],
  [/(?:docker\.io\/library\/)?\bdebian:12\b/g, baseImage],
];

function here(script: string): string {
  return STAND_INS.reduce((text, [name, stand]) => text.replace(name, stand), script);
}

/** A repository of a user's, as the pages take it for granted. */
async function userFolder(): Promise<string> {
  const folder = env.tempFolder({
    Dockerfile: `# syntax=${env.frontend}\nARG SOURCE_DATE_EPOCH=${EPOCH}\nFROM ${base}\nRUN echo built > /built\nCOPY app /app\n`,
    app: 'app\n',
  });
  const git = (...args: readonly string[]) => mustRun('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: folder });
  await git('init', '-q');
  await git('add', '.');
  await git('commit', '-q', '-m', 'app');
  return folder;
}

for (const page of documentationPages()) {
  const blocks = commandBlocks(page);
  const runs = blocks.filter(({ notRun }) => notRun === undefined);
  for (const { line, notRun } of blocks) if (notRun !== undefined) console.log(`not run: ${page}:${line}: ${notRun}`);
  if (runs.length === 0) continue;
  test(`the commands of ${page} work`, async () => {
    const script = runs.map(({ line, script: text }) => `echo "== ${page}:${line}" >&2\n${here(text)}`).join('\n');
    assert.not.match(script, /…/, 'a command with an ellipsis needs a stand-in');
    const result = await env.shell(script, { cwd: await userFolder() });
    assert.is(result.exitCode, 0, `${result.stderr.slice(-3000)}\n${result.stdout.slice(-1000)}`);
  });
}

test.run();
