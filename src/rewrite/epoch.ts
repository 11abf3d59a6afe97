import type { RunChange, RunRewrite, RunRule } from './change.ts';

/**
 * SOURCE_DATE_EPOCH in the environment of every RUN, so that tools which honour it do; not in the image config. TeX's programs do so in
 * full when FORCE_SOURCE_DATE is there too (https://reproducible-builds.org/docs/source-date-epoch/, TeX Live's web2c manual). Perl
 * programs that go through a hash do so in one order with PERL_HASH_SEED=0 (perldoc perlrun): TeX Live's fmtutil makes formats in such an
 * order, and each finds what those before it left. A stage that has a variable itself (ARG, ENV) keeps its own.
 */
export function epochRule(): RunRule {
  // RUNs are many, and mostly alike in this.
  let last: { readonly epoch: bigint; readonly names: string; readonly rewrite: RunRewrite } | undefined;
  return ({ epoch, env }) => {
    if (epoch === undefined) return undefined;
    const missing = NAMES.filter((name) => env(name) === undefined);
    if (missing.length === 0) return undefined;
    const names = missing.join(' ');
    if (last?.epoch !== epoch || last.names !== names) last = { epoch, names, rewrite: rewriteOf(missing, epoch) };
    return last.rewrite;
  };
}

const NAMES = ['SOURCE_DATE_EPOCH', 'FORCE_SOURCE_DATE', 'PERL_HASH_SEED'] as const;

function rewriteOf(names: readonly (typeof NAMES)[number][], epoch: bigint): RunRewrite {
  const values = { SOURCE_DATE_EPOCH: String(epoch), FORCE_SOURCE_DATE: '1', PERL_HASH_SEED: '0' };
  const env = names.map((name) => [name, values[name]] as const);
  const becomes = `${env.map(([name, value]) => `${name}=${value}`).join(' ')} in its environment`;
  const change: RunChange = { rule: 'epoch', becomes, why: 'tools that honour it write this time in place of the current one; Perl goes through hashes in one order' };
  return { hook: { entrypoint: [], mounts: [], env }, changes: [change] };
}
