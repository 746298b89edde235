// SPDX-License-Identifier: MIT OR Apache-2.0
// Parses Go files, counts the nodes of their trees, and parses each again after an edit.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"

const TSLanguage *tree_sitter_go(void);

static char *read_file(const char *path, uint32_t *size) {
	FILE *f = fopen(path, "rb");
	if (!f) {
		printf("%s is missing\n", path);
		exit(1);
	}
	fseek(f, 0, SEEK_END);
	*size = ftell(f);
	rewind(f);
	char *text = malloc(*size);
	if (!text || fread(text, 1, *size, f) != *size)
		exit(1);
	fclose(f);
	return text;
}

static unsigned count(TSNode root) {
	unsigned nodes = 0;
	TSTreeCursor c = ts_tree_cursor_new(root);
	for (;;) {
		nodes++;
		if (ts_tree_cursor_goto_first_child(&c))
			continue;
		while (!ts_tree_cursor_goto_next_sibling(&c))
			if (!ts_tree_cursor_goto_parent(&c)) {
				ts_tree_cursor_delete(&c);
				return nodes;
			}
	}
}

int main(int argc, char **argv) {
	TSParser *parser = ts_parser_new();
	if (!ts_parser_set_language(parser, tree_sitter_go()))
		return 1;
	for (int i = 1; i < argc; i++) {
		uint32_t size;
		char *text = read_file(argv[i], &size);
		TSTree *tree = ts_parser_parse_string(parser, NULL, text, size);
		printf("%s: %u nodes, errors %d\n", strrchr(argv[i], '/') + 1, count(ts_tree_root_node(tree)), ts_node_has_error(ts_tree_root_node(tree)));
		// The first line break goes away and comes back.
		uint32_t at = (char *)memchr(text, '\n', size) - text;
		TSInputEdit edit = {at, at + 1, at + 1, {0, at}, {1, 0}, {0, at + 1}};
		text[at] = ' ';
		ts_tree_edit(tree, &edit);
		TSTree *edited = ts_parser_parse_string(parser, tree, text, size);
		printf("  edited: %u nodes\n", count(ts_tree_root_node(edited)));
		ts_tree_delete(edited);
		ts_tree_delete(tree);
		free(text);
	}
	ts_parser_delete(parser);
	return 0;
}
