import { createHash } from 'node:crypto';
import type { Comparison } from '../spec/difference.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
import { VERDICT_WORDS } from './text.ts';

/**
 * The report as one page that needs nothing but itself, piece by piece. What comes from images is in one JSON block, which is text to a browser: the
 * page's script puts it on the screen as text, and the policy lets no other script run and nothing be loaded.
 */
export function* htmlReport(comparison: Comparison): Generator<string> {
  const policy = `default-src 'none'; script-src '${hashOf(PAGE_SCRIPT)}'; style-src '${hashOf(PAGE_STYLE)}'; base-uri 'none'; form-action 'none'`;
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${VERDICT_WORDS[comparison.verdict]} · repro-dockerfile diff</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<noscript>This report needs JavaScript, its own: nothing is loaded from elsewhere.</noscript>
<main id="page"></main>
<script type="application/json" id="data">`;
  const { platforms, ...rest } = comparison;
  yield `${embed(rest).slice(0, -1)},"platforms":[`;
  for (const [at, { differences, ...platform }] of platforms.entries()) {
    yield `${at === 0 ? '' : ','}\n${embed(platform).slice(0, -1)},"differences":[`;
    for (const [index, each] of differences.entries()) yield `${index === 0 ? '' : ','}\n${embed(each)}`;
    yield ']}';
  }
  yield `]}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

/** JSON that cannot end the block that it is in, nor open a comment there (HTML standard, "Restrictions for contents of script elements"). */
function embed(value: object): string {
  return JSON.stringify(value).replace(/</g, '\\u003c');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
