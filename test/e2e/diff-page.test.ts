/** The HTML report of `diff` in a real browser. Screenshots go to .cache/output. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { htmlReport } from '../../src/report/html.ts';
import type { Comparison, Difference } from '../../src/spec/difference.ts';
import { cacheFolder } from '../support/cache.ts';
import { compareImages, makeImage } from '../support/compared.ts';
import { ensurePrograms, which } from '../support/packages.ts';
import type { TarInput } from '../support/tar.ts';

await ensurePrograms(['chromium']);
const folder = mkdtempSync(join(tmpdir(), 'repro-page-'));
const output = join(cacheFolder, 'output');
mkdirSync(output, { recursive: true });
// In a container of root's, the browser's own sandbox has nothing to stand on.
const browser: Browser = await chromium.launch({ executablePath: which('chromium')!, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
test.after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Opened {
  readonly page: Page;
  /** Whatever should not have happened: errors, refusals of the policy, dialogs, requests. */
  readonly events: readonly string[];
  /** Milliseconds until the first rows were there. */
  readonly milliseconds: number;
}

/** Opens the report of a comparison. */
async function open(comparison: Comparison, options: Parameters<Browser['newPage']>[0] = {}): Promise<Opened> {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.html`);
  writeFileSync(file, [...htmlReport(comparison)].join(''));
  const page = await browser.newPage({ viewport: { width: 1400, height: 1100 }, ...options });
  const events: string[] = [];
  page.on('console', (message) => events.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => events.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => (events.push(`dialog: ${dialog.message()}`), void dialog.dismiss()));
  page.on('request', (request) => { if (request.url() !== pathToFileURL(file).href) events.push(`request: ${request.url()}`); });
  const started = performance.now();
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('.row, .empty');
  return { page, events, milliseconds: performance.now() - started };
}

const EVIL = '<img src=x onerror=alert(1)>"\'</script><script>alert(2)</script>\u202e';

function debian(n: 1 | 2): TarInput[] {
  const version = n === 1 ? '2.36-9+deb12u8' : '2.36-9+deb12u9';
  const file = (path: string, content: string, mtime = 1700000000): TarInput => ({ path, content, mtime });
  return [
    file('etc/ld.so.cache', `cache ${n}`), file('etc/machine-id', `${n}`.repeat(32)), file('etc/shadow', `root:*:${19700 + n}:0:99999:7:::\n`),
    file('opt/app/config.yaml', `# made for the test\nname: app\nport: 80${n}0\nhosts:\n  - a.example\n  - b.example\nlog: info\n`),
    file('opt/app/VERSION', `app 1.4 (built 2024-01-0${n} 10:1${n}:00)\n`), file('opt/app/list', n === 1 ? 'one\ntwo\nthree\n' : 'three\none\ntwo\n'),
    file(`opt/app/${EVIL.replaceAll('/', '∕')}`, `${EVIL}\nline ${n}\n`),
    ...Array.from({ length: 40 }, (_, at) => file(`usr/lib/python3/mod${at}.pyc`, `pyc${at}`, 1700000000 + (at % 3 === 0 ? n : 0))),
    file('usr/lib/x86_64-linux-gnu/libc.so.6', `\0ELF ${n}`), file(n === 1 ? 'usr/share/old' : 'usr/share/new', 'x'),
    file('var/cache/ldconfig/aux-cache', `aux ${n}`), file('var/lib/dpkg/info/libc6.list', '/usr/lib/x86_64-linux-gnu/libc.so.6\n'),
    file('var/lib/dpkg/status', `Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n`),
    file('var/log/dpkg.log', `2024-01-0${n} 10:00:00 install\n`),
  ];
}

async function realComparison(): Promise<Comparison> {
  const image = (n: 1 | 2) => makeImage({ layers: [[{ path: 'etc/os-release', content: 'ID=debian\n' }], debian(n), [{ path: 'srv/data', content: 'same' }]], config: { created: `2024-01-0${n}T00:00:00Z`, config: { Env: ['PATH=/bin', `BUILD=${n}`] } }, createdBy: ['ADD rootfs.tar.xz / # buildkit', `RUN /bin/sh -c apt-get update && apt-get install -y libc6 ${EVIL} # buildkit`, 'COPY data /srv/data # buildkit'] });
  const { causes, ...platform } = await compareImages(image(1), image(2));
  const side = (name: string) => ({ address: `registry.example/app:${name}`, kind: 'registry', digest: `sha256:${name.repeat(64).slice(0, 64)}` });
  return { verdict: platform.verdict, a: side('1'), b: side('2'), platforms: [platform], differences: [], causes, notes: [`a note with ${EVIL}`] };
}

test('what differs can be seen, chosen and filtered; nothing hostile happens', async () => {
  const { page, events } = await open(await realComparison());
  assert.is(await page.textContent('#verdict'), 'differs');
  await page.screenshot({ path: join(output, 'diff-page.png'), fullPage: true });

  const shown = () => page.textContent('#shown');
  const all = await shown();
  assert.match(all ?? '', /^(\d+) of \1$/);
  // The chosen difference at first is one with lines.
  assert.ok(await page.locator('#diff .add').count() > 0);

  await page.click('[data-cause="timestamp"]');
  assert.match(await shown() ?? '', /^15 of /);
  assert.match(await page.textContent('#causes .remedy') ?? '', /rewrite-timestamp=true/);
  await page.click('[data-cause="timestamp"]');
  assert.is(await shown(), all);

  await page.click('[data-layer="1"]');
  assert.ok(await shown() !== all);
  await page.click('[data-layer="1"]');

  await page.selectOption('#presence', 'only-b');
  assert.match(await shown() ?? '', /^1 of /);
  await page.selectOption('#presence', '');

  await page.fill('#search', 'config.yaml');
  await page.locator('.row', { hasText: 'config.yaml' }).click();
  assert.equal(await page.locator('#diff .del').allTextContents(), ['-port: 8010']);
  assert.equal(await page.locator('#diff .add').allTextContents(), ['+port: 8020']);
  await page.screenshot({ path: join(output, 'diff-page-file.png') });

  await page.fill('#search', 'onerror');
  await page.locator('.row', { hasText: 'onerror' }).click();
  assert.match(await page.textContent('#detail h3') ?? '', /<img src=x onerror=alert\(1\)>"'<∕script><script>alert\(2\)<∕script>\\u\{202e\}/);
  assert.match(await page.textContent('#diff') ?? '', /<img src=x onerror=alert\(1\)>/);
  assert.is(await page.locator('img').count(), 0);
  assert.is(await page.locator('script').count(), 2);
  assert.equal(events, []);
  await page.close();
});

test('the keyboard is enough', async () => {
  const { page, events } = await open(await realComparison());
  await page.focus('#rows');
  const selected = () => page.locator('.row[aria-selected=true] .name').allTextContents();
  await page.click('text=close all');
  await page.focus('#rows');
  for (let step = 0; step < 2; step++) await page.keyboard.press('ArrowDown');
  const [folderName = ''] = await selected();
  const rows = await page.locator('.row').count();
  assert.match(folderName, /\/$/);
  await page.keyboard.press('ArrowRight');
  assert.ok(await page.locator('.row').count() > rows);
  await page.keyboard.press('ArrowLeft');
  assert.is(await page.locator('.row').count(), rows);
  assert.equal(events, []);
  await page.close();
});

test('a filter keeps the focus, / searches, Escape shows all again, Home and End go to the ends', async () => {
  const { page, events } = await open(await realComparison());
  const shown = () => page.textContent('#shown');
  const all = await shown();
  await page.focus('[data-cause="timestamp"]');
  await page.keyboard.press('Enter');
  assert.match(await shown() ?? '', /^15 of /);
  assert.is(await page.evaluate('document.activeElement.dataset.cause'), 'timestamp');
  await page.keyboard.press('/');
  await page.keyboard.type('mod12');
  assert.match(await shown() ?? '', /^1 of /);
  await page.keyboard.press('Escape');
  assert.is(await shown(), all);
  assert.is(await page.inputValue('#search'), '');
  await page.focus('#rows');
  await page.keyboard.press('End');
  const active = () => page.evaluate('document.getElementById(document.getElementById("rows").getAttribute("aria-activedescendant")).textContent');
  assert.match(String(await active()), /dpkg\.log/);
  await page.keyboard.press('Home');
  assert.match(String(await active()), /^▾config/);
  assert.equal(events, []);
  await page.close();
});

test('many layers and long paths: folders in a row are one, lists scroll in themselves', async () => {
  const real = await realComparison();
  const platform = real.platforms[0]!;
  const path = `/opt/${Array.from({ length: 30 }, (_, at) => `folder-with-a-long-name-${at}`).join('/')}`;
  const differences: Difference[] = ['one', 'two'].map((name): Difference => ({ scope: 'entry', layer: 0, subject: `${path}/${name}`, presence: 'both', entryType: 'file', changes: [{ field: 'mode', a: '0644', b: '0600', cause: 'mode' }] }));
  const layers = Array.from({ length: 120 }, (_, at) => ({ ...platform.layers[1]!, createdBy: `RUN /bin/sh -c step ${at} ${'and more '.repeat(40)}` }));
  const { page, events } = await open({ ...real, platforms: [{ ...platform, differences, layers }] }, { viewport: { width: 700, height: 900 } });
  await page.screenshot({ path: join(output, 'diff-page-long.png'), fullPage: true });
  assert.equal(await page.locator('.row .name').allTextContents(), [`${path.slice(1)}/`, 'one', 'two']);
  assert.is(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
  assert.ok(Number(await page.evaluate('document.documentElement.scrollHeight')) < 3000);
  await page.locator('.row', { hasText: 'two' }).click();
  assert.is(await page.textContent('#detail h3'), `${path}/two`);
  assert.is(await page.evaluate('document.getElementById("detail").getBoundingClientRect().top < innerHeight'), true);
  assert.equal(events, []);
  await page.close();
});

test('in the dark, and on a narrow screen', async () => {
  const { page, events } = await open(await realComparison(), { colorScheme: 'dark', viewport: { width: 480, height: 900 } });
  await page.screenshot({ path: join(output, 'diff-page-dark.png') });
  assert.is(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
  assert.equal(events, []);
  await page.close();
});

test('60,000 differences: rows in sight alone are in the page, and it stays quick', async () => {
  const differences = Array.from({ length: 60_000 }, (_, at): Difference => ({
    scope: 'entry', layer: 0, subject: `/usr/share/d${at % 300}/f${at}`, presence: 'both', entryType: 'file', sizes: [at, at + 1],
    changes: [{ field: 'modified', a: '2023-11-14T22:13:20Z', b: '2023-11-15T22:13:20Z', cause: at % 2 === 0 ? 'timestamp' : 'content' }],
  }));
  const real = await realComparison();
  const { page, events, milliseconds } = await open({ ...real, platforms: [{ ...real.platforms[0]!, differences, omitted: 5 }] });
  assert.ok(milliseconds < 15_000, `${milliseconds} ms`);
  assert.ok(await page.locator('.row').count() < 100);
  assert.is(await page.textContent('#shown'), '60,000 of 60,000 (5 more are not listed)');
  await page.evaluate('document.getElementById("rows").scrollTop = 1e9');
  // Folders and files are in the order of their names.
  await page.locator('.row', { hasText: 'f9999' }).last().click();
  assert.is(await page.textContent('#detail h3'), '/usr/share/d99/f9999');
  await page.fill('#search', 'f41234');
  assert.is(await page.textContent('#shown'), '1 of 60,000 (5 more are not listed)');
  assert.equal(events, []);
  await page.close();
});

test('images that are the same say so', async () => {
  const real = await realComparison();
  const { page, events } = await open({ ...real, verdict: 'equal', causes: [], platforms: [{ ...real.platforms[0]!, verdict: 'equal', differences: [], packages: [] }] });
  assert.is(await page.textContent('#verdict'), 'digest equal');
  assert.match(await page.textContent('#rows') ?? '', /The images are the same/);
  assert.equal(events, []);
  await page.close();
});

test.run();
