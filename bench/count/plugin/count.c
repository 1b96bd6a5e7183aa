// A plugin of QEMU (version 1 of its interface, as of QEMU 7.2) that counts the instructions which a program for Linux
// executes: those at addresses from 1<<32 on, where engines written in Go place what they compile, and all others.
//
//	qemu-ARCH -plugin count.so,out=FILE[,blocks=N] PROGRAM ...
//
// FILE gets both numbers, and with blocks=N the N compiled blocks with most instructions.
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What is used of the interface, whose header distributions do not have.
#define EXPORT __attribute__((visibility("default")))
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { QEMU_PLUGIN_INLINE_ADD_U64 };
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *, int op, void *counter, uint64_t added);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, void *), void *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
char *qemu_plugin_insn_disas(const struct qemu_plugin_insn *);
EXPORT int qemu_plugin_version = 1;

struct block {
	struct block *next;
	uint64_t executed; // instructions
	uint64_t at;
	size_t count;
	char *text[];
};

static uint64_t compiled, other;
static const char *out;
static size_t wanted; // blocks
static struct block *blocks;

// keep makes a block with the text of its instructions. QEMU translates one block at a time.
static struct block *keep(struct qemu_plugin_tb *tb) {
	size_t n = qemu_plugin_tb_n_insns(tb);
	struct block *b = calloc(1, sizeof *b + n * sizeof *b->text);
	b->next = blocks, b->at = qemu_plugin_tb_vaddr(tb), b->count = n;
	for (size_t i = 0; i < n; i++) b->text[i] = qemu_plugin_insn_disas(qemu_plugin_tb_get_insn(tb, i));
	return blocks = b;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
	(void)id;
	size_t n = qemu_plugin_tb_n_insns(tb);
	bool isCompiled = qemu_plugin_tb_vaddr(tb) >> 32 != 0;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, isCompiled ? &compiled : &other, n);
	if (isCompiled && wanted)
		qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &keep(tb)->executed, n);
}

static void print_hottest(FILE *f) {
	for (; wanted; wanted--) {
		struct block *hot = NULL;
		for (struct block *b = blocks; b; b = b->next)
			if (b->executed && (!hot || b->executed > hot->executed)) hot = b;
		if (!hot) return;
		fprintf(f, "\n%#" PRIx64 ": %" PRIu64 " = %zu * %" PRIu64 "\n", hot->at, hot->executed, hot->count,
			hot->executed / hot->count);
		for (size_t i = 0; i < hot->count; i++) fprintf(f, "\t%s\n", hot->text[i]);
		hot->executed = 0;
	}
}

static void finish(qemu_plugin_id_t id, void *data) {
	(void)id, (void)data;
	FILE *f = fopen(out, "w");
	if (!f) {
		perror(out);
		return;
	}
	fprintf(f, "%" PRIu64 " %" PRIu64 "\n", compiled, other);
	print_hottest(f);
	fclose(f);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv) {
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4)) out = strdup(argv[i] + 4);
		if (!strncmp(argv[i], "blocks=", 7)) wanted = strtoul(argv[i] + 7, NULL, 10);
	}
	if (!out) {
		fprintf(stderr, "count.so: out=FILE is missing\n");
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
