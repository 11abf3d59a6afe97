import { join } from 'node:path';
import { writeFrontendLayout } from '../conformance/frontend-image.ts';
import type { Environment } from './environment.ts';
import { goTool } from './tools.ts';

/** Pushes the reference's frontend as an image of its own to the environment's registry; returns its name. */
export async function pushReferenceImage(env: Environment): Promise<string> {
  const layout = join(env.folder, 'reference');
  await writeFrontendLayout(await goTool('dockerfile-frontend'), layout);
  const image = env.image('reference');
  await env.images.pushLayout(layout, image);
  return image;
}
