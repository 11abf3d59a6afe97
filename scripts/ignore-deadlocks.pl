# Turns off what Abseil's mutexes do to find deadlocks in a program: perl scripts/ignore-deadlocks.pl FILE
# Abseil leaves it out where it is built with NDEBUG, which Node's V8 is not: each lock that is taken goes into a graph of a megabyte, which each
# start makes. 4 ms of each start of Node, and 260 fresh pages of memory. The mode is a variable with a value from the start:
# absl::OnDeadlockCycle, 0 to ignore, 1 to report, 2 to abort (absl/synchronization/mutex.h).
#
# Needs the program's own symbols: before it is stripped. 64-bit little-endian ELF; without that variable, or with another value in it, the
# file stays as it is, and works.
use strict;
use warnings;

use constant NAME => '_ZN4absl12_GLOBAL__N_124synch_deadlock_detectionE';
use constant { IGNORE => pack('V', 0), ABORT => pack('V', 2), SYMBOLS => 2 };

my ($file) = @ARGV;
open my $elf, '+<:raw', $file or die "$file: $!\n";

sub bytes {
    my ($offset, $length) = @_;
    seek $elf, $offset, 0 or die "$file: $!\n";
    read($elf, my $read, $length) == $length or die "$file: cut off\n";
    return $read;
}

bytes(0, 6) eq "\x7fELF\x02\x01" or die "$file: no 64-bit little-endian ELF\n";
my ($headers) = unpack 'Q<', bytes(0x28, 8);
my ($count) = unpack 'v', bytes(0x3c, 2);
my @sections = map {
    my (undef, $type, undef, $address, $offset, $size, $link) = unpack 'V V Q< Q< Q< Q< V', bytes($headers + 64 * $_, 44);
    { type => $type, address => $address, offset => $offset, size => $size, link => $link };
} 0 .. $count - 1;

# Where in the file the variable is; undefined when there is none.
sub find {
    for my $table (grep { $_->{type} == SYMBOLS } @sections) {
        my $strings = $sections[$table->{link}];
        my $at = index bytes($strings->{offset}, $strings->{size}), "\0" . NAME . "\0";
        next if $at < 0;
        my $symbols = bytes($table->{offset}, $table->{size});
        for (my $each = 0; $each < length $symbols; $each += 24) {
            my ($name, $section, $address) = unpack 'V x2 v Q<', substr $symbols, $each, 16;
            return $sections[$section]{offset} + $address - $sections[$section]{address} if $name == $at + 1;
        }
    }
    return undef;
}

my $offset = find();
if (!defined $offset || bytes($offset, 4) ne ABORT) {
    print STDERR "$file: no search for deadlocks found; left as it is\n";
    exit 0;
}
seek $elf, $offset, 0 or die "$file: $!\n";
print $elf IGNORE;
close $elf or die "$file: $!\n";
