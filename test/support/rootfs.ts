import type { ImageView } from './build.ts';
import type { TarEntry } from './tar.ts';

/** The file system that an image's layers from number `first` on make together, by path; whiteouts applied. */
export function rootfs(image: ImageView, first = 0): Map<string, TarEntry> {
  const files = new Map<string, TarEntry>();
  for (const layer of image.layers.slice(first)) {
    const entries = [...layer.entries().values()];
    for (const entry of entries) {
      const name = entry.path.slice(entry.path.lastIndexOf('/') + 1);
      const folder = entry.path.slice(0, entry.path.length - name.length);
      if (name === '.wh..wh..opq') removeBelow(files, folder);
      else if (name.startsWith('.wh.')) {
        files.delete(folder + name.slice('.wh.'.length));
        removeBelow(files, `${folder}${name.slice('.wh.'.length)}/`);
      }
    }
    for (const entry of entries) {
      if (!/(^|\/)\.wh\.[^/]+$/.test(entry.path)) files.set(entry.path, entry);
    }
  }
  return files;
}

/** The regular files below a folder as text, by their path in it. */
export function textsBelow(files: ReadonlyMap<string, TarEntry>, folder: string): Record<string, string> {
  const texts: [string, string][] = [];
  for (const [path, entry] of files) {
    if (entry.type === 'file' && path.startsWith(`${folder}/`)) texts.push([path.slice(folder.length + 1), entry.content.toString()]);
  }
  return Object.fromEntries(texts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function removeBelow(files: Map<string, TarEntry>, folder: string): void {
  for (const path of files.keys()) if (path.startsWith(folder)) files.delete(path);
}
