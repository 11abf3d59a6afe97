import { MANAGER_COMMANDS, MANAGERS } from './manager-commands.ts';

/** What Dockerfiles commonly do beside installing Debian's packages, and leave files of: a RUN each, on a base that has the tools. */
export interface BenchCommand {
  readonly name: string;
  /** Lines of a Dockerfile after `FROM`. */
  readonly lines: string;
}

/** The packages that the commands need, in the base. */
export const TOOLS = 'adduser apache2-utils autoconf automake ca-certificates cmake curl fontconfig fonts-dejavu-core g++ gcc git gnupg golang-go libc6-dev locales make man-db meson ninja-build npm ' +
  'openjdk-17-jdk-headless openssh-client openssl perl php-pear pipx python3-pip python3-venv r-base-core ruby sqlite3 sudo tzdata whois zip ' + MANAGERS;

const KEYS = '/usr/share/keyrings/debian-archive-bookworm-stable.gpg';
const SOURCE = 'COPY <<EOF /src/x.c\n#include <stdio.h>\nint main(void) { puts(__DATE__ __TIME__); return 0; }\nEOF\n';
const CMAKE = `${SOURCE}COPY <<EOF /src/CMakeLists.txt\ncmake_minimum_required(VERSION 3.10)\nproject(x C)\nadd_executable(x x.c)\ninstall(TARGETS x DESTINATION bin)\nEOF\n`;

export const COMMANDS: readonly BenchCommand[] = [
  { name: 'useradd', lines: 'RUN groupadd -r app && useradd -r -m -g app -s /bin/bash app && adduser --disabled-password --gecos "" other && usermod -aG sudo app && passwd -d other' },
  { name: 'chpasswd', lines: 'RUN useradd -m app && echo app:secret | chpasswd' },
  { name: 'htpasswd', lines: 'RUN mkdir /etc/web && htpasswd -bc /etc/web/users me secret' },
  { name: 'locale-gen', lines: 'RUN sed -i "s/# en_US.UTF-8/en_US.UTF-8/" /etc/locale.gen && locale-gen && update-locale LANG=en_US.UTF-8 && localedef -i de_DE -f UTF-8 de_DE.UTF-8' },
  { name: 'tzdata', lines: 'RUN ln -sf /usr/share/zoneinfo/Europe/Berlin /etc/localtime && dpkg-reconfigure -f noninteractive tzdata' },
  { name: 'update-ca-certificates', lines: 'RUN cp /usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt /usr/local/share/ca-certificates/mine.crt && update-ca-certificates' },
  { name: 'gpg-import', lines: `RUN gpg --batch --import ${KEYS}` },
  { name: 'gpg-keyring', lines: `RUN gpg --batch --no-default-keyring --keyring /usr/share/keyrings/mine.gpg --import ${KEYS}` },
  { name: 'gpg-dearmor', lines: `RUN gpg --enarmor < ${KEYS} | gpg --dearmor > /usr/share/keyrings/mine.gpg` },
  { name: 'apt-key', lines: `RUN apt-key add ${KEYS}` },
  {
    name: 'git-clone',
    lines: 'RUN git init -q /srv/upstream && cd /srv/upstream && mkdir folder && for i in 1 2 3 4 5 6 7 8; do seq $i 3000 > folder/$i; done && git add . && ' +
      'GIT_AUTHOR_DATE=@1600000000 GIT_COMMITTER_DATE=@1600000000 git -c user.name=me -c user.email=me@example.org commit -qm x && ' +
      'git clone -q file:///srv/upstream /opt/whole && git clone -q --depth 1 file:///srv/upstream /opt/shallow && rm -rf /srv/upstream',
  },
  { name: 'git-commit', lines: 'RUN git init -q /opt/own && cd /opt/own && date > x && git add . && git -c user.name=me -c user.email=me@example.org commit -qm x && rm -rf .git/objects x' },
  { name: 'venv', lines: 'RUN python3 -m venv /opt/venv && /opt/venv/bin/pip --version' },
  {
    name: 'pip-install',
    lines: 'COPY <<EOF /src/setup.py\nfrom setuptools import setup\nsetup(name="hello", version="1.0", py_modules=["hello"])\nEOF\nCOPY <<EOF /src/hello.py\nx = 1\nEOF\n' +
      'RUN pip install --break-system-packages --no-build-isolation /src && python3 -m compileall -q /src',
  },
  { name: 'npm-install', lines: `COPY <<EOF /src/package.json\n{ "name": "hello", "version": "1.0.0" }\nEOF\nRUN cd /src && npm pack && npm install -g ./hello-1.0.0.tgz && mkdir /app && cd /app && npm init -y && npm install /src/hello-1.0.0.tgz` },
  {
    name: 'gem-install',
    lines: 'COPY <<EOF /src/hello.gemspec\nGem::Specification.new { |s| s.name = "hello"; s.version = "1.0"; s.summary = "x"; s.authors = ["x"]; s.files = ["hello.gemspec"] }\nEOF\n' +
      'RUN cd /src && gem build hello.gemspec && gem install --local ./hello-1.0.gem',
  },
  { name: 'go-build', lines: 'COPY <<EOF /src/main.go\npackage main\nimport "fmt"\nfunc main() { fmt.Println(1) }\nEOF\nRUN cd /src && go mod init hello && go build -o /usr/local/bin/hello . && go install .' },
  { name: 'make-install', lines: `${SOURCE}RUN cd /src && gcc -g -O2 -o x x.c && gcc -g -c -o x.o x.c && ar rcs libx.a x.o && gcc -g -shared -fPIC -o libx.so x.c && install x /usr/local/bin && install libx.* /usr/local/lib && ldconfig` },
  { name: 'cmake-install', lines: `${CMAKE}RUN cmake -S /src -B /build && cmake --build /build && cmake --install /build && rm -rf /build` },
  { name: 'cmake-left', lines: `${CMAKE}RUN cmake -G Ninja -S /src -B /build && cmake --build /build && cmake --install /build` },
  { name: 'cmake-make-left', lines: `${CMAKE}RUN cmake -S /src -B /build && cmake --build /build && cmake --install /build` },
  { name: 'meson-left', lines: `${SOURCE}COPY <<EOF /src/meson.build\nproject('x', 'c')\nexecutable('x', 'x.c', install: true)\nEOF\nRUN export CC=gcc && meson setup /build /src && ninja -C /build install` },
  {
    name: 'autotools-left',
    lines: `${SOURCE}COPY <<EOF /src/configure.ac\nAC_INIT([x], [1])\nAM_INIT_AUTOMAKE([foreign])\nAC_PROG_CC\nAC_CHECK_HEADERS([unistd.h])\nAC_CONFIG_HEADERS([config.h])\nAC_CONFIG_FILES([Makefile])\nAC_OUTPUT\nEOF\n` +
      'COPY <<EOF /src/Makefile.am\nbin_PROGRAMS = x\nx_SOURCES = x.c\nEOF\nRUN cd /src && autoreconf --install && ./configure && make && make install',
  },
  {
    name: 'perl-module',
    lines: 'COPY <<EOF /src/Makefile.PL\nuse ExtUtils::MakeMaker;\nWriteMakefile(NAME => "Hello", VERSION => "1.0");\nEOF\nCOPY <<EOF /src/lib/Hello.pm\npackage Hello;\n1;\nEOF\nRUN cd /src && perl Makefile.PL && make && make install',
  },
  {
    name: 'r-package',
    lines: 'COPY <<EOF /src/hello/DESCRIPTION\nPackage: hello\nVersion: 1.0\nTitle: X\nDescription: X.\nAuthor: x\nMaintainer: x <x@example.org>\nLicense: MIT\nEOF\nCOPY <<EOF /src/hello/NAMESPACE\nexport(f)\nEOF\n' +
      'COPY <<EOF /src/hello/R/f.R\nf <- function() 1\nEOF\nRUN R CMD INSTALL /src/hello',
  },
  { name: 'keytool', lines: 'RUN keytool -importcert -noprompt -cacerts -storepass changeit -alias mine -file /usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt' },
  { name: 'mandb', lines: 'RUN mkdir -p /usr/local/share/man/man1 && for i in a b c; do printf ".TH $i 1\\n.SH NAME\\n$i \\\\- test\\n" > /usr/local/share/man/man1/$i.1; done && mandb -q' },
  { name: 'fc-cache', lines: 'RUN mkdir -p /usr/local/share/fonts && cp /usr/share/fonts/truetype/dejavu/*.ttf /usr/local/share/fonts/ && fc-cache -f' },
  { name: 'update-alternatives', lines: 'RUN update-alternatives --install /usr/bin/foo foo /bin/true 10 && update-alternatives --install /usr/bin/foo foo /bin/false 20 && update-alternatives --set foo /bin/true' },
  { name: 'sqlite', lines: `RUN sqlite3 /var/lib/x.db 'create table a(b); insert into a values(1), (2); create index i on a(b); vacuum;'` },
  { name: 'ssh-keygen', lines: 'RUN ssh-keygen -q -t ed25519 -N "" -f /root/.ssh/id_ed25519' },
  ...MANAGER_COMMANDS,
];
