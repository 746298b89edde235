// SPDX-License-Identifier: MIT OR Apache-2.0

// Builds a list of 1,000 nodes and adds up their values. The program imports its
// functions from the module genalloc, until wasm-merge joins the two.

#include "genalloc.h"

struct node {
	struct node *next;
	int value;
};

int run(void) {
	struct node *list = 0;
	for (int i = 0; i < 1000; i++) {
		struct node *n = alloc(sizeof *n, _Alignof(struct node));
		n->value = i;
		n->next = list;
		list = n;
	}
	int sum = 0;
	for (; list; list = list->next)
		sum += list->value;
	return sum;
}
