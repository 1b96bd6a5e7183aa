/* A program that fills, indexes and queries a database of SQLite in memory. It is compiled with
 * SQLite's own source, for WASI and for this machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqlite3.h"

/* SQLite is built without an operating system (SQLITE_OS_OTHER): this is what it
 * needs of one as long as there are no files. */
static int no_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out) {
	(void)v, (void)name, (void)f, (void)flags, (void)out;
	return SQLITE_CANTOPEN;
}
static int no_delete(sqlite3_vfs *v, const char *name, int sync) {
	(void)v, (void)name, (void)sync;
	return SQLITE_OK;
}
static int no_access(sqlite3_vfs *v, const char *name, int flags, int *out) {
	(void)v, (void)name, (void)flags;
	*out = 0;
	return SQLITE_OK;
}
static int same_path(sqlite3_vfs *v, const char *name, int n, char *out) {
	(void)v;
	snprintf(out, n, "%s", name);
	return SQLITE_OK;
}
static int zeroes(sqlite3_vfs *v, int n, char *out) {
	(void)v;
	memset(out, 0, n);
	return n;
}
static int no_sleep(sqlite3_vfs *v, int micros) {
	(void)v;
	return micros;
}
static int some_day(sqlite3_vfs *v, double *now) {
	(void)v;
	*now = 2460000.5;
	return SQLITE_OK;
}
static int no_error(sqlite3_vfs *v, int n, char *out) {
	(void)v, (void)n, (void)out;
	return 0;
}

int sqlite3_os_init(void) {
	static sqlite3_vfs vfs = {
		.iVersion = 1, .szOsFile = sizeof(sqlite3_file), .mxPathname = 64, .zName = "none",
		.xOpen = no_open, .xDelete = no_delete, .xAccess = no_access, .xFullPathname = same_path,
		.xRandomness = zeroes, .xSleep = no_sleep, .xCurrentTime = some_day, .xGetLastError = no_error,
	};
	return sqlite3_vfs_register(&vfs, 1);
}
int sqlite3_os_end(void) { return SQLITE_OK; }

static sqlite3 *db;

static int print(void *context, int n, char **values, char **names) {
	(void)context, (void)names;
	for (int i = 0; i < n; i++)
		printf("%s%s", i ? "|" : "", values[i] ? values[i] : "NULL");
	printf("\n");
	return 0;
}

static void run(const char *sql) {
	char *message = 0;
	if (sqlite3_exec(db, sql, print, 0, &message) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", sql, message);
		exit(1);
	}
}

int main(void) {
	if (sqlite3_open(":memory:", &db) != SQLITE_OK) {
		fprintf(stderr, "open: %s\n", sqlite3_errmsg(db));
		return 1;
	}
	run("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT, price REAL, kind INTEGER)");
	run("BEGIN");
	sqlite3_stmt *insert;
	if (sqlite3_prepare_v2(db, "INSERT INTO items VALUES (?, ?, ?, ?)", -1, &insert, 0) != SQLITE_OK)
		return 1;
	for (int i = 0; i < 20000; i++) {
		char name[32];
		snprintf(name, sizeof name, "item %d", i * 7919 % 20000);
		sqlite3_bind_int(insert, 1, i);
		sqlite3_bind_text(insert, 2, name, -1, SQLITE_TRANSIENT);
		sqlite3_bind_double(insert, 3, i * 31 % 1000 / 8.0);
		sqlite3_bind_int(insert, 4, i % 17);
		if (sqlite3_step(insert) != SQLITE_DONE)
			return 1;
		sqlite3_reset(insert);
	}
	sqlite3_finalize(insert);
	run("COMMIT");
	run("CREATE INDEX by_name ON items (name)");
	run("SELECT kind, count(*), sum(price), max(name) FROM items GROUP BY kind ORDER BY kind");
	run("SELECT count(*) FROM items a JOIN items b ON b.name = 'item ' || a.id WHERE a.kind = 3");
	run("UPDATE items SET price = price * 2 WHERE name LIKE '%7%'");
	run("DELETE FROM items WHERE kind = 5");
	run("SELECT count(*), sum(price) FROM items");
	run("WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT sum(i * i % 97) FROM n");
	run("SELECT name, price FROM items ORDER BY price DESC, name LIMIT 5");
	return sqlite3_close(db);
}
