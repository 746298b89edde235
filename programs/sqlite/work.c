// SPDX-License-Identifier: MIT OR Apache-2.0
// Fills a table in memory, asks it for sums, joins and JSON, deletes a third of it, and
// asks SQLite itself whether the rest is whole.
#include <stdio.h>
#include <stdlib.h>

#include "sqlite3-binding.h"

enum { ROWS = 20000 };

static int show(void *all, int columns, char **values, char **names) {
	for (int i = 0; i < columns; i++)
		printf("%.60s%c", values[i] ? values[i] : "null", i + 1 < columns ? ' ' : '\n');
	return 0;
}

static void run(sqlite3 *db, const char *statements) {
	char *error = NULL;
	if (sqlite3_exec(db, statements, show, NULL, &error) != SQLITE_OK) {
		printf("%s: %s\n", statements, error);
		exit(1);
	}
}

static void insert(sqlite3 *db) {
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(db, "insert into t(word, weight) values(?, ?)", -1, &s, NULL) != SQLITE_OK)
		exit(1);
	for (int i = 0; i < ROWS; i++) {
		char word[128];
		snprintf(word, sizeof word, "word %d%*s", i * 7919 % 20011, i % 100, "");
		sqlite3_bind_text(s, 1, word, -1, SQLITE_TRANSIENT);
		sqlite3_bind_double(s, 2, i / 4.0);
		if (sqlite3_step(s) != SQLITE_DONE)
			exit(1);
		sqlite3_reset(s);
	}
	sqlite3_finalize(s);
}

int main(void) {
	sqlite3 *db;
	if (sqlite3_open(":memory:", &db) != SQLITE_OK)
		return 1;
	run(db, "create table t(id integer primary key, word text, weight real);"
	        "create index words on t(word);");
	run(db, "begin");
	insert(db);
	run(db, "commit");
	run(db, "select count(*), sum(weight) from t where word like '%9%'");
	run(db, "select a.word from t a join t b on a.word = b.word where a.id % 100 = 3 order by a.weight desc limit 3");
	run(db, "with recursive r(n) as (select 1 union all select n + 1 from r where n < 30000) select sum(n) from r");
	run(db, "select json_group_array(id) from (select id from t limit 5)");
	for (int i = 0; i < 50; i++)
		run(db, "select length(group_concat(word)) from (select word from t order by weight limit 2000)");
	run(db, "delete from t where id % 3 = 0; vacuum; pragma integrity_check");
	sqlite3_close(db);
	return 0;
}
