import type { LintRule } from './rules.ts';

/** Where the rules' pages are, from the top of this project's tree. */
const PAGES = 'docs/rules';

function rule<F extends (...args: string[]) => string>(name: string, description: string, format: F): LintRule & { readonly format: F } {
  return { name, description, url: `${PAGES}/${name}.md`, deprecated: false, experimental: false, format };
}

/** The rules of this project, beside the reference's: what stands in the way of building a Dockerfile again to the same digest. */
export const REPRO_RULES = {
  ReproNoEpoch: rule('ReproNoEpoch', 'SOURCE_DATE_EPOCH should be known, or times of the build stay in the image',
    () => 'No SOURCE_DATE_EPOCH is given: the image config, and files that record a time, differ from build to build; give one with --build-arg SOURCE_DATE_EPOCH=SECONDS'),
  ReproUnpinnedImage: rule('ReproUnpinnedImage', 'Images should be named by digest, or be pinned by a provenance',
    (image: string) => `Image ${image} has no digest, and no provenance pins it: its tag can move`),
  ReproUnverifiedAdd: rule('ReproUnverifiedAdd', 'Files from a URL should have a checksum, or be pinned by a provenance',
    (url: string) => `ADD ${url} has no --checksum, and no provenance pins it: the file can change`),
  ReproUnpinnedGit: rule('ReproUnpinnedGit', 'Git repositories should be named with a commit, or be pinned by a provenance',
    (repository: string) => `ADD ${repository} names no commit, and no provenance pins it: its branch or tag can move`),
  ReproLivePackages: rule('ReproLivePackages', 'System packages should come from a snapshot of their archive',
    (manager: string, help: string) => `${manager} installs what its archive has at the time of the build${help}`),
  ReproUnversionedPackage: rule('ReproUnversionedPackage', 'Packages of a language should be named with their versions',
    (manager: string, names: string) => `${manager} installs the newest version of ${names}`),
  ReproUnverifiedDownload: rule('ReproUnverifiedDownload', 'What a RUN downloads should be checked against a checksum or a signature',
    (command: string, url: string) => `${command} downloads ${url}, and nothing in this stage checks it`),
  ReproUnpinnedClone: rule('ReproUnpinnedClone', 'A clone in a RUN should check out a commit',
    (repository: string) => `git clone ${repository} takes what its branch or tag is at the time of the build`),
  ReproRandomCommand: rule('ReproRandomCommand', 'A RUN should not write the time of the build, nor random values',
    (command: string) => `${command} gives another result in each build`),
} as const;
