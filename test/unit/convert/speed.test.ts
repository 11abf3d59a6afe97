import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { convertText } from './support.ts';

/** Large Dockerfiles, whose time must grow with their size only. The limits are far above what they take. */
const CASES: readonly (readonly [name: string, text: () => string, limitMs: number])[] = [
  ['5,000 RUNs with 1,000 variables', () => `FROM debian\n${Array.from({ length: 1000 }, (_, i) => `ENV K${i}=v${i}`).join('\n')}\n${'RUN x\n'.repeat(5000)}`, 20_000],
  ['10,000 ENVs', () => `FROM debian\n${Array.from({ length: 10_000 }, (_, i) => `ENV K${i}=$K${i - 1}`).join('\n')}`, 15_000],
  ['a chain of 5,000 stages', () => Array.from({ length: 5000 }, (_, i) => `FROM ${i === 0 ? 'debian' : `s${i - 1}`} AS s${i}\nRUN ${i}`).join('\n'), 20_000],
  ['5,000 stages that copy from the one before', () => Array.from({ length: 5000 }, (_, i) => `FROM scratch AS s${i}\n${i === 0 ? '' : `COPY --from=s${i - 1} / /`}`).join('\n'), 20_000],
  ['10,000 sources of one COPY', () => `FROM debian\nCOPY ${Array.from({ length: 10_000 }, (_, i) => `f${i}`).join(' ')} /d/`, 15_000],
  ['10,000 labels', () => `FROM debian\n${Array.from({ length: 10_000 }, (_, i) => `LABEL l${i}=v`).join('\n')}`, 10_000],
];

for (const [name, text, limitMs] of CASES) {
  test(name, async () => {
    const started = Date.now();
    const { result } = await convertText(text());
    await result.marshal();
    const took = Date.now() - started;
    if (process.env['SHOW_TIMES'] === '1') console.error(`${name}: ${took} ms`);
    assert.ok(took < limitMs, `${took} ms`);
  });
}

test.run();
