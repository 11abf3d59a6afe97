import type { FrontendChoice } from '../support/build.ts';
import { COMMANDS } from './commands.ts';

/** The base images of the benchmark, by name: references in the registry. */
export interface BenchBases {
  readonly bookworm: string;
  /** Without docker-clean, which empties apt's caches. */
  readonly plain: string;
  readonly trixie: string;
  readonly bullseye: string;
  /** With the tools of commands.ts; made when a case needs it. */
  readonly tools: string;
}

/** A package of packages.txt. */
export interface BenchPackage {
  readonly name: string;
  /** Other releases that it is installed on. */
  readonly releases: readonly string[];
}

/** One way to install a package in a Dockerfile. */
export interface Variant {
  readonly name: string;
  readonly about: string;
  dockerfile(bases: BenchBases, name: string): string;
}

/** One Dockerfile with one frontend: what is built on both daemons. */
export interface BenchCase {
  readonly package: string;
  readonly variant: Variant;
  readonly frontend: FrontendChoice & string;
}

const install = (name: string): string => `apt-get update && apt-get install -y --no-install-recommends ${name}`;
const clean = (base: string, name: string): string => `FROM ${base}\nRUN ${install(name)} && rm -rf /var/lib/apt/lists/*\n`;

/** In the order in which they are built. */
export const VARIANTS: readonly Variant[] = [
  { name: 'clean', about: 'apt-get update, install, rm lists', dockerfile: (bases, name) => clean(bases.bookworm, name) },
  { name: 'plain', about: 'the same, base without docker-clean', dockerfile: (bases, name) => clean(bases.plain, name) },
  { name: 'lists', about: 'logs and lists left in place', dockerfile: (bases, name) => `FROM ${bases.bookworm}\nRUN ${install(name)}\n` },
  { name: 'apt', about: 'apt, no rm, base without docker-clean', dockerfile: (bases, name) => `FROM ${bases.plain}\nRUN apt update && apt install -y --no-install-recommends ${name}\n` },
  {
    name: 'stages',
    about: 'installed in one stage, copied to another that installs too',
    dockerfile: (bases, name) => `FROM ${bases.plain} AS build\nRUN ${install(name)}\n` +
      `FROM ${bases.bookworm}\nRUN ${install('less')}\nCOPY --from=build /usr /usr\nCOPY --from=build /etc /etc\nCOPY --from=build /var /var\nRUN ldconfig\n`,
  },
  { name: 'trixie', about: 'Debian 13', dockerfile: (bases, name) => clean(bases.trixie, name) },
  { name: 'bullseye', about: 'Debian 11', dockerfile: (bases, name) => clean(bases.bullseye, name) },
  { name: 'commands', about: 'what Dockerfiles do beside that: commands.ts', dockerfile: (bases, name) => `FROM ${bases.tools}\n${COMMANDS.find((each) => each.name === name)?.lines ?? ''}\n` },
];

const RELEASES: ReadonlySet<string> = new Set(['trixie', 'bullseye']);

/** Reads packages.txt. Throws on a release that has no variant. */
export function parsePackages(text: string): readonly BenchPackage[] {
  return text.split('\n').map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '').map((line) => {
    const [name = '', ...releases] = line.split(/\s+/);
    const unknown = releases.find((each) => !RELEASES.has(each));
    if (unknown !== undefined) throw new Error(`packages.txt: ${name}: no base of Debian ${unknown}`);
    return { name, releases };
  });
}

/** What is built: packages, and commands by their names. */
export interface BenchSubjects {
  readonly packages: readonly BenchPackage[];
  readonly commands: readonly string[];
}

/** All cases, the most telling first: ours in each variant, and the reference in the first. */
export function benchCases({ packages, commands }: BenchSubjects, variants: readonly Variant[], frontends: readonly BenchCase['frontend'][]): readonly BenchCase[] {
  return variants.flatMap((variant, at) => frontends.flatMap((frontend) => {
    if (frontend === 'reference' && at > 0) return [];
    if (variant.name === 'commands') return commands.map((name) => ({ package: name, variant, frontend }));
    return packages.filter(({ releases }) => !RELEASES.has(variant.name) || releases.includes(variant.name)).map(({ name }) => ({ package: name, variant, frontend }));
  }));
}
