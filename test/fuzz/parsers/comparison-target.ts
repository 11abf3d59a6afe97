import { jsonReport } from '../../../src/report/json.ts';
import { htmlReport } from '../../../src/report/html.ts';
import { sarifReport } from '../../../src/report/sarif.ts';
import { textReport } from '../../../src/report/text.ts';
import { worstOf } from '../../../src/compare/compare.ts';
import type { Comparison } from '../../../src/spec/difference.ts';
import { compareImages, makeImage } from '../../support/compared.ts';
import { repairChecksums, tarSeeds } from './tar-seeds.ts';
import { bytes } from './target.ts';
import type { Target } from './target.ts';

const plain = (text: string): string => text;
const STYLE = { bold: plain, dim: plain, good: plain, fair: plain, bad: plain };
/** A report shows a difference several times over: name, fields and remedy, in four formats. */
const GROWTH = 8192;

/** Two layers out of one input, compared, and the comparison told in every format: what a report shows is what the layers' names and contents say. */
export function comparisonTarget(): Target {
  const run = async (input: Uint8Array): Promise<unknown> => {
    const middle = Math.ceil(input.length / 1024) * 512;
    const [a, b] = [input.subarray(0, middle), input.subarray(middle)].map((half) => makeImage({ layers: [Buffer.from(half)], createdBy: [Buffer.from(half.subarray(0, 20)).toString()] }));
    const { causes, ...platform } = await compareImages(a!, b!);
    const side = { address: Buffer.from(input.subarray(0, 10)).toString(), kind: 'oci-layout', digest: '' } as const;
    const comparison: Comparison = { verdict: worstOf([platform.verdict]), a: side, b: side, platforms: [platform], differences: [], causes, notes: [] };
    const reports = [[...textReport(comparison, { style: STYLE, limit: 100 })], [...jsonReport(comparison)], [...sarifReport(comparison)], [...htmlReport(comparison)]].map((each) => each.join(''));
    checkReports(reports as [string, string, string, string]);
    return reports;
  };
  const seeds = tarSeeds().flatMap((one) => tarSeeds().map((other) => Buffer.concat([pad(one), pad(other)]))).slice(0, 12);
  return { ...bytes('comparison', run, seeds, ['ustar', '</script>', '\u001b]0;x\u0007', '\u202e', '\r', '12 path=abc\n', '22 SCHILY.xattr.\u001b=x\n', '12 \u202eabc=x\n'], GROWTH), repair: repairChecksums };
}

/** Seeds of one size, so that the middle of two is where one ends. */
function pad(tar: Uint8Array): Buffer {
  return Buffer.concat([tar, Buffer.alloc(3072 - tar.length)]);
}

/** Throws a TypeError, which is a finding, when a report can be made to say more than it should. */
function checkReports([text, json, sarif, html]: readonly [string, string, string, string]): void {
  if (/[\0-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/.test(text)) throw new TypeError('the report in text moves the cursor');
  for (const each of [json, sarif]) {
    try {
      JSON.parse(each);
    } catch (cause) {
      throw new TypeError('a report is not JSON', { cause });
    }
  }
  if (html.split('<script').length !== 3 || html.split('</script>').length !== 3) throw new TypeError('the page has more scripts than its own');
}
