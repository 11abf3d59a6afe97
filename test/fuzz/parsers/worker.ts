// One target in a process of its own: TARGET SEED EXECUTIONS SECONDS. Prints one line of JSON: what ran, and what was found.
import { runInThisContext } from 'node:vm';
import { Random } from '../random.ts';
import { checkInput, MAX_MS } from './check.ts';
import { mutate } from './mutate.ts';
import { TARGETS } from './targets.ts';
import type { FoundInput, WorkerResult } from './run.ts';

const BATCH = 200;
/** Room for a batch on a machine that does much else. */
const BATCH_MS = 60_000;
const MAX_FINDINGS = 5;
const MAX_CORPUS = 4000;
const MAX_KEPT_BYTES = 8192;

const [name, seed, executions, seconds] = process.argv.slice(2);
const target = TARGETS.find((each) => each.name === name);
if (target === undefined) throw new Error(`no target ${name}`);
const random = new Random(Number(seed));
const corpus = [...target.seeds];
const fates = new Set<string>();
const findings: FoundInput[] = [];
let count = 0;
let current: Uint8Array = Buffer.alloc(0);
let since = process.cpuUsage();

function batch(): void {
  for (let left = BATCH; left > 0 && findings.length < MAX_FINDINGS; left--) {
    const changed = count < target!.seeds.length ? corpus[count]! : mutate(random, random.pick(corpus), corpus, target!.words);
    current = target!.repair !== undefined && random.chance(0.8) ? target!.repair(changed) : changed;
    if (left % 50 === 0) since = process.cpuUsage();
    const { finding, detail } = checkInput(target!, current, count % 8 === 0);
    count++;
    if (finding !== undefined) findings.push({ finding, detail, input: Buffer.from(current).toString('base64') });
    else if (detail !== '' && !fates.has(detail) && corpus.length < MAX_CORPUS && current.length < MAX_KEPT_BYTES) {
      fates.add(detail);
      corpus.push(Buffer.from(current));
    }
  }
}

Object.assign(globalThis, { fuzzBatch: batch });
const end = Date.now() + Number(seconds) * 1000;
while (count < Number(executions) && Date.now() < end && findings.length < MAX_FINDINGS) {
  try {
    runInThisContext('fuzzBatch()', { timeout: BATCH_MS });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    const { user } = process.cpuUsage(since);
    if (user / 1000 > MAX_MS) findings.push({ finding: 'hang', detail: `no end after ${Math.round(user / 1000)} ms`, input: Buffer.from(current).toString('base64') });
  }
}
const result: WorkerResult = { executions: count, corpus: corpus.length, rssMiB: Math.round(process.resourceUsage().maxRSS / 1024), findings };
process.stdout.write(`${JSON.stringify(result)}\n`);
