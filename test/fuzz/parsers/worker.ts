// One target in a process of its own: TARGET SEED EXECUTIONS SECONDS INPUT. Each input is written to the file INPUT before it runs, so that one
// that kills the process is known. Prints one line of JSON: what ran, and what was found.
import { openSync, writeSync } from 'node:fs';
import { Random } from '../random.ts';
import { checkInput } from './check.ts';
import { startCoverage } from './coverage.ts';
import type { Coverage } from './coverage.ts';
import { mutate } from './mutate.ts';
import { TARGETS } from './targets.ts';
import type { FoundInput, WorkerResult } from './run.ts';

/** Inputs whose coverage is counted at once. */
const BATCH = 64;
/** Coverage is counted in one stretch of inputs of so many: it costs half of the speed. */
const STRETCH = 4096;
const COUNTED_STRETCHES = 5;
const MAX_FINDINGS = 5;
const MAX_CORPUS = 4000;
const MAX_KEPT_BYTES = 8192;

const [name, seed, executions, seconds, inputPath = ''] = process.argv.slice(2);
const target = TARGETS.find((each) => each.name === name);
if (target === undefined) throw new Error(`no target ${name}`);
const file = openSync(inputPath, 'w');
const random = new Random(Number(seed));
/** Seeds, then inputs that fared as none before. */
const corpus = [...target.seeds];
/** Those that ran code that none before did. */
const reaching: Uint8Array[] = [...target.seeds];
const fates = new Set<string>();
const known = new Set<string>();
const findings: FoundInput[] = [];
let coverage: Coverage | undefined;
let count = 0;

async function runInput(input: Uint8Array): Promise<void> {
  // The length first: what is behind it is left of longer ones.
  const header = Buffer.alloc(4);
  header.writeUInt32LE(input.length);
  writeSync(file, Buffer.concat([header, input]), 0, undefined, 0);
  const { finding, detail } = await checkInput(target!, input, count % 8 === 0);
  count++;
  if (finding !== undefined) findings.push({ finding, detail, input: Buffer.from(input).toString('base64') });
  else if (detail !== '' && !fates.has(detail) && corpus.length < MAX_CORPUS && input.length < MAX_KEPT_BYTES) {
    fates.add(detail);
    corpus.push(Buffer.from(input));
  }
}

function nextInput(): Uint8Array {
  const changed = count < target!.seeds.length ? corpus[count]! : mutate(random, random.pick(random.chance(0.5) ? reaching : corpus), corpus, target!.words);
  return target!.repair !== undefined && random.chance(0.8) ? target!.repair(changed) : changed;
}

/** One input of a batch that runs a piece of code which was not known, found by halves. */
async function findReaching(batch: readonly Uint8Array[], fresh: ReadonlySet<string>): Promise<Uint8Array | undefined> {
  let inputs = batch;
  while (inputs.length > 1) {
    const half = inputs.slice(0, inputs.length >> 1);
    for (const input of half) await runInput(input);
    const ran = coverage?.take();
    inputs = [...fresh].some((piece) => ran?.has(piece)) ? half : inputs.slice(half.length);
  }
  return inputs[0];
}

const end = Date.now() + Number(seconds) * 1000;
while (count < Number(executions) && Date.now() < end && findings.length < MAX_FINDINGS) {
  if (Math.floor(count / STRETCH) % COUNTED_STRETCHES === 0) coverage ??= startCoverage();
  else {
    coverage?.stop();
    coverage = undefined;
  }
  const batch: Uint8Array[] = [];
  while (batch.length < BATCH && findings.length < MAX_FINDINGS) {
    const input = nextInput();
    batch.push(input);
    await runInput(input);
  }
  const fresh = new Set([...(coverage?.take() ?? [])].filter((piece) => !known.has(piece)));
  for (const piece of fresh) known.add(piece);
  if (fresh.size === 0 || reaching.length >= MAX_CORPUS) continue;
  const input = await findReaching(batch, fresh);
  if (input !== undefined && input.length < MAX_KEPT_BYTES) reaching.push(Buffer.from(input));
}
const result: WorkerResult = { executions: count, corpus: corpus.length, reaching: reaching.length, pieces: known.size, rssMiB: Math.round(process.resourceUsage().maxRSS / 1024), findings };
process.stdout.write(`${JSON.stringify(result)}\n`);
