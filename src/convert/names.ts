import { processWord } from '../dockerfile/words.ts';
import type { EnvGetter, WordOptions } from '../dockerfile/words.ts';
import { formatAllPlatform } from '../spec/platform.ts';
import type { Platform } from '../spec/platform.ts';
import { toUpper } from '../spec/strings.ts';
import { formatCrossTarget } from './platform.ts';

/** What goes before a vertex's text: `[linux/amd64 stage 2/5] ONBUILD `. */
export interface StepScope {
  /** Given only when the request is for several platforms. */
  readonly platform: Platform | undefined;
  readonly env: EnvGetter;
  readonly onBuild: boolean;
}

/** Numbers the steps of one stage, for the names of its vertices (the reference's prefixCommand). */
export class StepCounter {
  #label: string;
  #total: number;
  #index = 0;

  /** Without steps, names get no prefix. */
  constructor(label: string, total: number) {
    this.#label = label;
    this.#total = total;
  }

  /** How the stage is called in messages; '' when it needs no name. */
  get label(): string {
    return this.#label;
  }

  /** The only stage of a build needs no name. */
  dropLabel(): void {
    this.#label = '';
  }

  addSteps(count: number): void {
    this.#total += count;
  }

  /** The name of the next step. */
  next(text: string, scope: StepScope): string {
    if (this.#total > 0) this.#index++;
    return this.same(text, scope);
  }

  /** Another name for the step that was named last. */
  same(text: string, { platform, env, onBuild }: StepScope): string {
    if (this.#total === 0) return text;
    const target = platform === undefined ? '' : `${formatAllPlatform(platform)}${formatCrossTarget(platform, env)} `;
    const label = this.#label === '' ? '' : `${this.#label} `;
    const index = String(this.#index).padStart(String(this.#total).length);
    return `[${target}${label}${index}/${this.#total}] ${onBuild ? 'ONBUILD ' : ''}${text}`;
  }
}

/** An instruction's text for its vertex: variables replaced where they are set, the keyword in upper case. */
export function commandText(code: string, env: EnvGetter, options: WordOptions): string {
  try {
    return upperKeyword(processWord(code, env, options).result);
  } catch {
    return upperKeyword(code);
  }
}

function upperKeyword(text: string): string {
  const space = text.indexOf(' ');
  return space < 0 ? toUpper(text) : toUpper(text.slice(0, space)) + text.slice(space);
}
