# Turns off what Node does at each start and end and this image has no use for: perl scripts/quick-start.pl FILE
# - Abseil's mutexes look for deadlocks unless Abseil is built with NDEBUG, which Node's V8 is not: each lock that is taken goes into a graph of a
#   megabyte, which each start makes. 4 ms of each start of Node, and 260 fresh pages of memory. The mode is a variable with a value from the
#   start: absl::OnDeadlockCycle, 0 to ignore, 1 to report, 2 to abort (absl/synchronization/mutex.h).
# - Node tells V8's profiler to be exact about places in the source (v8::CpuProfiler::UseDetailedSourcePositionsForProfiling), for which V8 goes through
#   all of the heap that it has just read, and keeps more of each function that it compiles. 2 to 3 ms of each start.
# - At the end OpenSSL gives back all of its memory, piece by piece (OPENSSL_cleanup), just before the kernel takes the whole. 1.2 ms of 3.6 from the
#   answer to the end.
# These two functions return at once.
#
# Needs the program's own symbols: before it is stripped. 64-bit little-endian ELF for x86-64 or arm64; what is not there, or not as it is
# expected to be, stays as it is, and works.
use strict;
use warnings;

use constant DEADLOCKS => '_ZN4absl12_GLOBAL__N_124synch_deadlock_detectionE';
# What they are called in messages, and their names.
use constant FUNCTIONS => (['source positions for profiling', '_ZN2v811CpuProfiler38UseDetailedSourcePositionsForProfilingEPNS_7IsolateE'], ['clean-up of OpenSSL', 'OPENSSL_cleanup']);
use constant { IGNORE => pack('V', 0), ABORT => pack('V', 2) };
use constant { SYMBOLS => 2, OBJECT => 1, FUNCTION => 2 };
# By e_machine: EM_X86_64, EM_AARCH64.
use constant RETURN => { 62 => "\xc3", 183 => pack('V', 0xd65f03c0) };

my ($file) = @ARGV;
open my $elf, '+<:raw', $file or die "$file: $!\n";

sub bytes {
    my ($offset, $length) = @_;
    seek $elf, $offset, 0 or die "$file: $!\n";
    read($elf, my $read, $length) == $length or die "$file: cut off\n";
    return $read;
}

sub put {
    my ($offset, $bytes) = @_;
    seek $elf, $offset, 0 or die "$file: $!\n";
    print $elf $bytes or die "$file: $!\n";
}

bytes(0, 6) eq "\x7fELF\x02\x01" or die "$file: no 64-bit little-endian ELF\n";
my ($machine) = unpack 'v', bytes(0x12, 2);
my ($headers) = unpack 'Q<', bytes(0x28, 8);
my ($count) = unpack 'v', bytes(0x3c, 2);
my @sections = map {
    my (undef, $type, undef, $address, $offset, $size, $link) = unpack 'V V Q< Q< Q< Q< V', bytes($headers + 64 * $_, 44);
    { type => $type, address => $address, offset => $offset, size => $size, link => $link };
} 0 .. $count - 1;

# Where in the file a symbol of this type is; undefined when there is none.
sub find {
    my ($wanted, $type) = @_;
    for my $table (grep { $_->{type} == SYMBOLS } @sections) {
        my $strings = $sections[$table->{link}];
        my $at = index bytes($strings->{offset}, $strings->{size}), "\0$wanted\0";
        next if $at < 0;
        my $symbols = bytes($table->{offset}, $table->{size});
        for (my $each = 0; $each < length $symbols; $each += 24) {
            my ($name, $info, $section, $address) = unpack 'V C x v Q<', substr $symbols, $each, 16;
            next if $name != $at + 1 || ($info & 15) != $type;
            return $sections[$section]{offset} + $address - $sections[$section]{address};
        }
    }
    return undef;
}

sub left { print STDERR "$file: no $_[0] found; left as it is\n" }

my $mode = find(DEADLOCKS, OBJECT);
if (defined $mode && bytes($mode, 4) eq ABORT) { put($mode, IGNORE) } else { left('search for deadlocks') }
my $return = RETURN->{$machine};
for (FUNCTIONS) {
    my ($what, $name) = @$_;
    my $function = find($name, FUNCTION);
    if (defined $function && defined $return) { put($function, $return) } else { left($what) }
}
close $elf or die "$file: $!\n";
