// SPDX-License-Identifier: MIT OR Apache-2.0

// A small Lisp that runs the program on its standard input. It counts the references to
// each value and frees a value with the last of them, so garbage never waits.

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct value value;

// The empty list, which is also false, is a null pointer.
struct value {
	enum kind { NUMBER, TEXT, SYMBOL, PAIR, FUNCTION, BUILTIN } kind;
	unsigned references;
	union {
		struct {
			value *first, *rest; // a function: its names and body, and its variables
		};
		int number;
		value *global; // a symbol's
		value *(*call)(value *arguments);
	};
	char text[]; // a symbol's name too
};

static void fail(const char *message) {
	fprintf(stderr, "lisp: %s\n", message);
	exit(1);
}

static value *make(enum kind kind, const char *text, size_t length) {
	value *v = calloc(1, sizeof *v + (text ? length + 1 : 0));
	if (!v)
		fail("out of memory");
	v->kind = kind;
	v->references = 1;
	if (text)
		memcpy(v->text, text, length);
	return v;
}

static value *keep(value *v) {
	if (v)
		v->references++;
	return v;
}

static void drop(value *v) {
	while (v && --v->references == 0) {
		value *rest = 0;
		if (v->kind == PAIR || v->kind == FUNCTION) {
			drop(v->first);
			rest = v->rest;
		}
		free(v);
		v = rest;
	}
}

// Functions take references to what they store, and return a reference that the caller
// drops. Arguments that are only looked at stay the caller's.

static value *join(enum kind kind, value *first, value *rest) {
	value *v = make(kind, 0, 0);
	v->first = first;
	v->rest = rest;
	return v;
}

static value *number(int n) {
	value *v = make(NUMBER, 0, 0);
	v->number = n;
	return v;
}

static value *truth(int is) { return is ? number(1) : 0; }

static value *symbol(const char *name) {
	static value *symbols;
	for (value *s = symbols; s; s = s->rest)
		if (!strcmp(s->first->text, name))
			return keep(s->first);
	symbols = join(PAIR, make(SYMBOL, name, strlen(name)), symbols);
	return keep(symbols->first);
}

static value *need(value *v, enum kind kind) {
	static const char *const messages[] = {
		"a number is missing", "a text is missing", "a symbol is missing", "a list is too short", "not a function", "",
	};
	if (!v || v->kind != kind)
		fail(messages[kind]);
	return v;
}

static value *first(value *list) { return need(list, PAIR)->first; }
static value *second(value *list) { return first(need(list, PAIR)->rest); }

// Reading.

static int skip(void) {
	int c;
	while (isspace(c = getchar()) || c == ';')
		if (c == ';')
			while ((c = getchar()) != '\n' && c != EOF)
				;
	return c;
}

static value *parse(int c) {
	char word[64];
	size_t length = 0;
	if (c == '(') {
		value *list = 0, **end = &list;
		while ((c = skip()) != ')') {
			*end = join(PAIR, parse(c), 0);
			end = &(*end)->rest;
		}
		return list;
	}
	if (c == EOF || c == ')')
		fail("the parentheses do not match");
	if (c == '"') {
		while ((c = getchar()) != '"' && c != EOF && length < sizeof word)
			word[length++] = c;
		return make(TEXT, word, length);
	}
	do
		word[length++] = c;
	while (!isspace(c = getchar()) && c != '(' && c != ')' && c != EOF && length < sizeof word - 1);
	ungetc(c, stdin);
	word[length] = 0;
	return isdigit(*word) ? number(atoi(word)) : symbol(word);
}

// Evaluation. Variables are a list of pairs of a name and a value.

static value *Quote, *If, *Define, *Lambda, *While;

static value *eval(value *x, value *variables);

static value *sequence(value *body, value *variables) {
	value *result = 0;
	for (; body; body = body->rest) {
		drop(result);
		result = eval(body->first, variables);
	}
	return result;
}

static value *apply(value *f, value *arguments) {
	if (f && f->kind == BUILTIN)
		return f->call(arguments);
	value *variables = keep(need(f, FUNCTION)->rest);
	for (value *name = first(f->first); name; name = name->rest, arguments = arguments->rest)
		variables = join(PAIR, join(PAIR, keep(name->first), keep(first(arguments))), variables);
	value *result = sequence(f->first->rest, variables);
	drop(variables);
	return result;
}

static value *look(value *name, value *variables) {
	for (; variables; variables = variables->rest)
		if (variables->first->first == name)
			return keep(variables->first->rest);
	return keep(name->global);
}

// test evaluates a condition.
static int test(value *x, value *variables) {
	value *v = eval(x, variables);
	drop(v);
	return v != 0;
}

static value *eval(value *x, value *variables) {
	if (x && x->kind == SYMBOL)
		return look(x, variables);
	if (!x || x->kind != PAIR)
		return keep(x);
	value *form = x->first, *rest = x->rest;
	if (form == Quote)
		return keep(first(rest));
	if (form == If)
		return test(first(rest), variables) ? eval(second(rest), variables) : sequence(rest->rest->rest, variables);
	if (form == Lambda)
		return join(FUNCTION, keep(rest), keep(variables));
	if (form == While) {
		while (test(first(rest), variables))
			drop(sequence(rest->rest, variables));
		return 0;
	}
	if (form == Define) {
		value *name = need(first(rest), SYMBOL), *old = name->global;
		name->global = eval(second(rest), variables);
		drop(old);
		return 0;
	}
	value *f = eval(form, variables), *arguments = 0, **end = &arguments;
	for (; rest; rest = rest->rest, end = &(*end)->rest)
		*end = join(PAIR, eval(rest->first, variables), 0);
	value *result = apply(f, arguments);
	drop(f);
	drop(arguments);
	return result;
}

// The functions that there are at the start.

#define ON_NUMBERS(name, result) \
	static value *name(value *l) { \
		int a = need(first(l), NUMBER)->number, b = need(second(l), NUMBER)->number; \
		return result; \
	}
ON_NUMBERS(add, number(a + b))
ON_NUMBERS(subtract, number(a - b))
ON_NUMBERS(multiply, number(a *b))
ON_NUMBERS(mod, b ? number(a % b) : 0)
ON_NUMBERS(less, truth(a < b))
ON_NUMBERS(equal, truth(a == b))

static value *pair(value *l) { return join(PAIR, keep(first(l)), keep(second(l))); }
static value *head(value *l) { return keep(first(first(l))); }
static value *tail(value *l) { return keep(need(first(l), PAIR)->rest); }

// written returns a number or a text as a text.
static value *written(value *v) {
	if (v && v->kind == TEXT)
		return keep(v);
	char digits[16];
	return make(TEXT, digits, snprintf(digits, sizeof digits, "%d", need(v, NUMBER)->number));
}

static value *append(value *l) {
	value *a = written(first(l)), *b = written(second(l));
	size_t length = strlen(a->text);
	value *both = make(TEXT, "", 0);
	if (!(both = realloc(both, sizeof *both + length + strlen(b->text) + 1)))
		fail("out of memory");
	strcpy(both->text, a->text);
	strcpy(both->text + length, b->text);
	drop(a);
	drop(b);
	return both;
}

static value *length(value *l) { return number(strlen(need(first(l), TEXT)->text)); }

static value *print(value *l) {
	for (; l; l = l->rest) {
		value *t = written(l->first);
		printf("%s%c", t->text, l->rest ? ' ' : '\n');
		drop(t);
	}
	return 0;
}

// pages returns the size of the memory.
static value *pages(value *l) { return number(__builtin_wasm_memory_size(0)); }

static void define(const char *name, value *(*call)(value *)) {
	value *s = symbol(name);
	s->global = make(BUILTIN, 0, 0);
	s->global->call = call;
}

int main(void) {
	Quote = symbol("quote"), If = symbol("if"), Define = symbol("define"), Lambda = symbol("lambda"), While = symbol("while");
	define("+", add), define("-", subtract), define("*", multiply), define("mod", mod);
	define("<", less), define("=", equal);
	define("pair", pair), define("head", head), define("tail", tail);
	define("append", append), define("length", length), define("print", print), define("pages", pages);
	for (int c; (c = skip()) != EOF;) {
		value *x = parse(c);
		drop(eval(x, 0));
		drop(x);
	}
	return 0;
}
