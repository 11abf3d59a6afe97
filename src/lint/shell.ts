/** One simple command of a shell script: its words without quotes, assignments and `sudo`-like words before it left out. */
export interface ShellCommand {
  /** The program's, without its folder. */
  readonly name: string;
  readonly words: readonly string[];
  /** Its output goes into the command after it. */
  readonly piped: boolean;
  /** Lines before it in the script. */
  readonly line: number;
}

/** Words that may stand before a command: reserved words of the shell. */
const RESERVED: ReadonlySet<string> = new Set(['if', 'then', 'elif', 'else', 'fi', 'while', 'until', 'do', 'done', '!', '{', '}', 'time', 'esac']);
/** Commands that run the command in their arguments. */
const RUNNERS: ReadonlySet<string> = new Set(['sudo', 'env', 'exec', 'command', 'nohup', 'eatmydata', 'nice', 'xargs', 'timeout', 'gosu', 'su-exec', 'builtin']);
/** Their options that have a value of their own. */
const RUNNER_VALUES: ReadonlySet<string> = new Set(['-u', '-g', '-n', '-I', '-P', '-L', '-s', '-k', '-d']);

const MAX_DEPTH = 50;

/** Characters that stand for themselves in a word, and between double quotes. */
const PLAIN = /[^ \t\r\n;&|()<>\\'"`$]+/y;
const PLAIN_QUOTED = /[^"\\`$\n]+/y;

/**
 * The simple commands of a POSIX shell script, in order, those in `$(…)`, backquotes and groups among them. Reads what people write in
 * RUN instructions; where it does not understand (arithmetic, patterns of `case`), words stay as they are written. Never throws.
 */
export function shellCommands(script: string): readonly ShellCommand[] {
  const reader = new Reader(script);
  reader.readUntil(undefined);
  return reader.commands;
}

class Reader {
  readonly commands: ShellCommand[] = [];
  readonly #text: string;
  #at = 0;
  #line = 0;
  #depth = 0;
  #words: string[] = [];
  #start = 0;
  /** Ends of here-documents that begin at the next line. */
  #heredocs: string[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads commands up to `end` (which is taken) or the end of the text. */
  readUntil(end: string | undefined): void {
    const outer = this.#words;
    const outerStart = this.#start;
    this.#words = [];
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at] ?? '';
      if (char === end) {
        this.#at++;
        break;
      }
      if (char === '\n') this.#newline();
      else if (char === ' ' || char === '\t' || char === '\r') this.#at++;
      else if (char === '\\' && this.#text[this.#at + 1] === '\n') this.#continuation();
      else if (char === '#') this.#comment();
      else if (char === '|' && this.#text[this.#at + 1] !== '|') this.#finish(this.#text[this.#at + 1] === '&' ? 2 : 1, true);
      else if (';&|()'.includes(char)) this.#finish(1, false);
      else if (char === '<' || char === '>') this.#redirection();
      else this.#word(end);
    }
    this.#finish(0, false);
    this.#words = outer;
    this.#start = outerStart;
  }

  #newline(): void {
    this.#finish(1, false);
    this.#line++;
    for (const name of this.#heredocs.splice(0)) this.#skipHeredoc(name);
  }

  #continuation(): void {
    this.#at += 2;
    this.#line++;
  }

  #skipHeredoc(name: string): void {
    while (this.#at < this.#text.length) {
      const next = this.#text.indexOf('\n', this.#at);
      const end = next < 0 ? this.#text.length : next;
      const found = this.#text.slice(this.#at, end).trim() === name;
      this.#at = Math.min(end + 1, this.#text.length);
      this.#line++;
      if (found) return;
    }
  }

  #comment(): void {
    const next = this.#text.indexOf('\n', this.#at);
    this.#at = next < 0 ? this.#text.length : next;
  }

  #redirection(): void {
    const heredoc = /^<<-?[ \t]*(['"]?)([A-Za-z0-9_.]+)\1/.exec(this.#text.slice(this.#at, this.#at + 80));
    if (heredoc !== null) {
      this.#heredocs.push(heredoc[2] ?? '');
      this.#at += heredoc[0].length;
      return;
    }
    // The operator stays in the words, so that `< /dev/urandom` can be told from an argument.
    const operator = /^(?:<<<|>>|>\||[<>]&|<>|[<>])/.exec(this.#text.slice(this.#at, this.#at + 3))?.[0] ?? '<';
    this.#at += operator.length;
    this.#push(operator);
  }

  #push(word: string): void {
    if (this.#words.length === 0) this.#start = this.#line;
    this.#words.push(word);
  }

  #word(end: string | undefined): void {
    let word = '';
    const startLine = this.#line;
    while (this.#at < this.#text.length) {
      word += this.#take(PLAIN);
      const char = this.#text[this.#at] ?? '';
      if (char === '' || char === end || ' \t\r\n;&|()<>'.includes(char)) break;
      word += this.#piece(char);
    }
    if (this.#words.length === 0) this.#start = startLine;
    this.#words.push(word);
  }

  /** The characters from here on that `pattern`, a sticky one, is for. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += text.length;
    return text;
  }

  /** What the quoted or substituted text that begins with a character adds to a word: one that is neither plain nor the end of the word. */
  #piece(char: string): string {
    this.#at++;
    switch (char) {
      case '\\': return this.#escaped();
      case "'": return this.#singleQuoted();
      case '"': return this.#doubleQuoted();
      case '`': return this.#substitution('`', '`');
      // `$`: nothing else is left.
      default: return this.#dollar();
    }
  }

  #escaped(): string {
    const next = this.#text[this.#at++] ?? '';
    if (next !== '\n') return next;
    this.#line++;
    return '';
  }

  #singleQuoted(): string {
    const end = this.#text.indexOf("'", this.#at);
    const text = this.#text.slice(this.#at, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#text.length : end + 1;
    this.#countLines(text);
    return text;
  }

  #doubleQuoted(): string {
    let text = '';
    while (this.#at < this.#text.length) {
      text += this.#take(PLAIN_QUOTED);
      if (this.#at === this.#text.length) break;
      const char = this.#text[this.#at++] ?? '';
      if (char === '"') break;
      if (char === '\\') text += this.#escaped();
      else if (char === '`') text += this.#substitution('`', '`');
      else if (char === '$') text += this.#dollar();
      else {
        // The end of a line.
        text += char;
        this.#line++;
      }
    }
    return text;
  }

  #dollar(): string {
    const next = this.#text[this.#at];
    if (next === '(' && this.#text[this.#at + 1] !== '(') {
      this.#at++;
      return this.#substitution('$(', ')');
    }
    if (next === '(' || next === '{') return this.#balanced(next, next === '(' ? ')' : '}');
    return '$';
  }

  #substitution(opened: string, end: string): string {
    // Nobody nests so deep but to break us.
    if (this.#depth >= MAX_DEPTH) return opened;
    const from = this.#at;
    this.#depth++;
    this.readUntil(end);
    this.#depth--;
    return opened + this.#text.slice(from, this.#at);
  }

  /** `${…}` and `$((…))` as they are written. */
  #balanced(open: string, close: string): string {
    const from = this.#at;
    let depth = 0;
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at++];
      if (char === open) depth++;
      else if (char === close && --depth === 0) break;
    }
    const text = this.#text.slice(from, this.#at);
    this.#countLines(text);
    return `$${text}`;
  }

  #countLines(text: string): void {
    for (const char of text) if (char === '\n') this.#line++;
  }

  #finish(skip: number, piped: boolean): void {
    this.#at += skip;
    const words = commandWords(this.#words);
    const [program] = words;
    if (program !== undefined) this.commands.push({ name: commandName(program), words, piped, line: this.#start });
    this.#words = [];
  }
}

/** The words of the command itself, behind reserved words, assignments and commands that run it. */
function commandWords(words: readonly string[]): readonly string[] {
  let at = 0;
  for (;;) {
    const word = words[at];
    if (word === undefined) return [];
    if (RESERVED.has(word) || /^[A-Za-z_][A-Za-z0-9_]*=/.test(word)) at++;
    else if (RUNNERS.has(commandName(word))) at = skipRunner(words, at);
    else return words.slice(at);
  }
}

function skipRunner(words: readonly string[], runner: number): number {
  let at = runner + 1;
  for (let word = words[at]; word?.startsWith('-') === true; word = words[at]) at += RUNNER_VALUES.has(word) ? 2 : 1;
  // `timeout 5m command`, `gosu user command`
  return ['timeout', 'gosu', 'su-exec'].includes(commandName(words[runner] ?? '')) ? at + 1 : at;
}

/** The name of the program that a word calls: `/usr/bin/curl` → `curl`. */
export function commandName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}
