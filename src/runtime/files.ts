import { aptMethod } from './apt-method.ts';
import { aptConfiguration } from './apt-script.ts';
import { APT_CONFIGURATION, APT_METHOD, NO_SHELL_NOTICE, NORMALISER, PACMAN_FETCH, WRAPPER_SCRIPT } from './layout.ts';
import type { WrapperFile } from './layout.ts';
import { NORMALISE_PROGRAM } from './normalise.ts';
import { pacmanFetch } from './pacman-script.ts';
import { wrapperScript } from './wrapper.ts';
import type { WrapperConfig } from './wrapper.ts';

const NORMALISER_FILE = textFile(NORMALISER, 0o644, NORMALISE_PROGRAM);

/** The files of the wrapper's folder for a configuration; the launcher, if one is needed, is the caller's to add. */
export function wrapperFiles(config: WrapperConfig): readonly WrapperFile[] {
  const files: WrapperFile[] = [textFile(WRAPPER_SCRIPT, 0o755, wrapperScript(config))];
  if (config.clamp !== undefined) files.push(textFile(NO_SHELL_NOTICE, 0o644, 'repro: no /bin/sh in the image: file times stay as they are\n'));
  if (config.strip.some(({ action }) => action.startsWith('normalise'))) files.push(NORMALISER_FILE);
  const { snapshot, state } = config;
  if (snapshot !== undefined) {
    files.push(
      textFile(APT_CONFIGURATION, 0o644, aptConfiguration(state)),
      textFile(APT_METHOD, 0o755, aptMethod(snapshot, state === undefined ? {} : { state })),
      textFile(PACMAN_FETCH, 0o755, pacmanFetch(snapshot, state)),
    );
  }
  return files;
}

function textFile(name: string, mode: number, text: string): WrapperFile {
  return { name, mode, data: new TextEncoder().encode(text) };
}
