import type { BenchCommand } from './commands.ts';

/** The packages that the commands need, in the base. */
export const MANAGERS = 'bundler cargo ccache composer cpanminus gradle libmaven-clean-plugin-java libmaven-compiler-plugin-java libmaven-install-plugin-java libmaven-jar-plugin-java ' +
  'libmaven-resources-plugin-java libsurefire-java librust-itoa-dev luarocks maven junit4 php-cli yarnpkg';

const file = (path: string, ...lines: readonly string[]): string => `COPY <<'X' ${path}\n${lines.join('\n')}\nX\n`;

const CRATE = file('/src/Cargo.toml', '[package]', 'name = "hello"', 'version = "1.0.0"', 'edition = "2021"', '[dependencies]', 'itoa = "1"') +
  file('/src/src/main.rs', 'fn main() { println!("{}", itoa::Buffer::new().format(1)); }');
const cargoSource = (source: string): string => file('/root/.cargo/config.toml', '[source.crates-io]', 'replace-with = "mine"', '[source.mine]', source);
const COMMITTER = 'GIT_AUTHOR_DATE=@1600000000 GIT_COMMITTER_DATE=@1600000000 git -c user.name=me -c user.email=me@example.org';

const JAVA = file('/src/src/main/java/A.java', 'public class A { public static void main(String[] a) { System.out.println(1); } }');
const MAVEN = file('/root/.m2/settings.xml', '<settings><mirrors><mirror><id>debian</id><url>file:///usr/share/maven-repo</url><mirrorOf>*</mirrorOf></mirror></mirrors></settings>') +
  file('/src/pom.xml', '<project><modelVersion>4.0.0</modelVersion><groupId>me</groupId><artifactId>hello</artifactId><version>1.0</version>',
    '<properties><maven.compiler.source>17</maven.compiler.source><maven.compiler.target>17</maven.compiler.target><project.build.outputTimestamp>2023-11-14T22:13:20Z</project.build.outputTimestamp></properties>',
    '<dependencies><dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.x</version></dependency></dependencies>', '<build><plugins>', 'PLUGINS', '</plugins></build></project>') + JAVA;
/** The versions of the plugins are those of Debian's repository. */
const PLUGINS = 'for n in clean resources compiler surefire jar install; do v=$(ls /usr/share/maven-repo/org/apache/maven/plugins/maven-$n-plugin | grep -v debian | head -1); ' +
  'p="$p<plugin><artifactId>maven-$n-plugin</artifactId><version>$v</version></plugin>"; done && sed -i "s|PLUGINS|$p|" /src/pom.xml';

const GEM = file('/src/hello.gemspec', 'Gem::Specification.new { |s| s.name = "hello"; s.version = "1.0"; s.summary = "x"; s.authors = ["x"]; s.files = ["hello.gemspec"] }');
/** What is below /srv, over http: the answers have dates. In a network of the RUN's own, since two builds are made at once; the server ends with it. */
const serve = (command: string): string => '(cd /srv; exec python3 -m http.server 8000 --bind 127.0.0.1 > /dev/null 2>&1) & until curl -sf http://127.0.0.1:8000/ > /dev/null; do sleep 0.2; done && ' +
  `${command} && rm -r /srv`;
const GEMS = 'cd /src && gem build hello.gemspec && mkdir -p /srv/gems && cp *.gem /srv/gems && cd /srv && gem generate_index';

const COMPOSER = file('/lib/composer.json', '{ "name": "me/hello", "version": "1.0.0", "autoload": { "psr-4": { "Me\\\\": "src" } } }') + file('/lib/src/A.php', '<?php namespace Me; class A {}') +
  file('/app/composer.json', '{ "name": "me/app", "repositories": [{ "type": "path", "url": "/lib", "options": { "symlink": false } }, { "packagist.org": false }], "require": { "me/hello": "*" } }') +
  'ENV COMPOSER_ALLOW_SUPERUSER=1\n';
const NODE = 'mkdir /app && cd /app && npm init -y';

/** What other package managers than Debian's leave of their work. */
export const MANAGER_COMMANDS: readonly BenchCommand[] = [
  { name: 'npm-registry', lines: `RUN ${NODE} && npm install express@4.18.2 is-odd@3.0.1` },
  { name: 'yarn', lines: `RUN ${NODE} && yarnpkg add express@4.18.2 is-odd@3.0.1` },
  { name: 'yarn-file', lines: `${file('/src/package.json', '{ "name": "hello", "version": "1.0.0" }')}RUN cd /src && npm pack && ${NODE} && yarnpkg add file:/src/hello-1.0.0.tgz` },
  { name: 'yarn-folder', lines: `${file('/src/package.json', '{ "name": "hello", "version": "1.0.0" }')}RUN ${NODE} && yarnpkg add file:/src` },
  { name: 'pnpm-8', lines: `RUN npm install -g pnpm@8.15.9 && ${NODE} && pnpm add express@4.18.2 is-odd@3.0.1` },
  { name: 'pnpm-10', lines: `RUN npm install -g pnpm@10.11.0 && ${NODE} && pnpm add express@4.18.2 is-odd@3.0.1\nRUN --network=none cd /app && rm -r node_modules && pnpm install --offline --frozen-lockfile && node -e 'require("express")'` },
  {
    name: 'pip-server',
    lines: `${file('/src/hello-1.0/setup.py', 'from setuptools import setup', 'setup(name="hello", version="1.0", py_modules=["hello"])')}${file('/src/hello-1.0/hello.py', 'x = 1')}RUN --network=none mkdir -p /srv/simple/hello && ` +
      `tar -C /src --sort=name --mtime=@0 -cf - hello-1.0 | gzip -n > /srv/simple/hello/hello-1.0.tar.gz; ${serve('pip install --break-system-packages --no-build-isolation --index-url http://127.0.0.1:8000/simple hello')}`,
  },
  { name: 'cargo', lines: `${CRATE}${cargoSource('directory = "/usr/share/cargo/registry"')}RUN cd /src && cargo build --release && cargo install --path . --root /usr/local && hello` },
  {
    name: 'cargo-registry',
    lines: `${CRATE}${file('/itoa/Cargo.toml', '[package]', 'name = "itoa"', 'version = "1.9.9"', 'description = "x"', 'license = "MIT"')}` +
      `${file('/itoa/src/lib.rs', 'pub struct Buffer;', 'impl Buffer { pub fn new() -> Self { Buffer } pub fn format(&mut self, i: i32) -> String { i.to_string() } }')}${cargoSource('registry = "file:///srv/index"')}` +
      'RUN mkdir -p /srv/crates /srv/index/it/oa && cd /itoa && cargo package --offline --no-verify --allow-dirty && mv target/package/itoa-1.9.9.crate /srv/crates/ && cd /srv/index && rm -r /itoa && ' +
      'echo \'{"dl":"file:///srv/crates/{crate}-{version}.crate","api":null}\' > config.json && ' +
      'printf \'{"name":"itoa","vers":"1.9.9","deps":[],"cksum":"%s","features":{},"yanked":false}\\n\' $(sha256sum < /srv/crates/itoa-1.9.9.crate | cut -d" " -f1) > it/oa/itoa && ' +
      `git init -q && git add . && ${COMMITTER} commit -qm x && rm .git/index\nRUN cd /src && cargo build --release && ./target/release/hello\nRUN --network=none cd /src && cargo build --offline --release`,
  },
  { name: 'go-module', lines: `${file('/src/main.go', 'package main', 'import ("fmt"; "golang.org/x/text/language")', 'func main() { fmt.Println(language.English) }')}RUN cd /src && go mod init hello && go get golang.org/x/text@v0.3.7 && go build -o /usr/local/bin/hello . && hello` },
  { name: 'maven', lines: `${MAVEN}RUN ${PLUGINS} && cd /src && mvn -B -q -DskipTests install\nRUN --network=none cd /src && mvn -B -q -o -DskipTests install` },
  { name: 'gradle', lines: `${JAVA}${file('/src/build.gradle', 'apply plugin: "java"')}RUN cd /src && gradle --offline --no-daemon jar` },
  { name: 'gem-server', lines: `${GEM}RUN --network=none ${GEMS}; ${serve('gem install --clear-sources --source http://127.0.0.1:8000 hello')} && gem list hello` },
  { name: 'bundler', lines: `${GEM}${file('/app/Gemfile', 'source "http://127.0.0.1:8000"', 'gem "hello"')}RUN --network=none ${GEMS}; cd /app; ${serve('bundle install')} && bundle list` },
  { name: 'composer', lines: `${COMPOSER}RUN cd /app && composer install --no-interaction && php -r 'require "vendor/autoload.php"; new Me\\A;'\nRUN cd /app && composer dump-autoload --optimize && php -r 'require "vendor/autoload.php"; new Me\\A;'` },
  { name: 'composer-no-lock', lines: `${COMPOSER}RUN mkdir /two && cd /two && echo '{}' > composer.json && composer dump-autoload` },
  { name: 'luarocks', lines: `${file('/src/hello-1.0-1.rockspec', 'package = "hello"', 'version = "1.0-1"', 'source = { url = "file:///src/hello.lua" }', 'build = { type = "builtin", modules = { hello = "hello.lua" } }')}${file('/src/hello.lua', 'return 1')}RUN cd /src && luarocks make hello-1.0-1.rockspec` },
  { name: 'cpanm', lines: `${file('/src/Makefile.PL', 'use ExtUtils::MakeMaker;', 'WriteMakefile(NAME => "Hello", VERSION => "1.0");')}${file('/src/lib/Hello.pm', 'package Hello;', 'our $VERSION = "1.0";', '1;')}RUN cpanm --notest /src` },
  { name: 'ccache', lines: `${file('/src/x.c', 'int main(void) { return 0; }')}RUN cd /src && ccache gcc -c x.c -o x.o` },
  { name: 'gpg-home', lines: 'ENV GNUPGHOME=/opt/keys\nRUN mkdir -m 700 /opt/keys && gpg --batch --import /usr/share/keyrings/debian-archive-bookworm-stable.gpg\nRUN gpg --list-keys' },
];
