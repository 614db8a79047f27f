/* SPDX-License-Identifier: MIT */
/* parse.c - see parse.h. The text is our own: "name#id {X:Type} a:# b:a.0?Vector<T> = R". */
#include "parse.h"

#include <stdlib.h>
#include <string.h>

/* Cuts the first word off; NULL at the end. */
static char *next_word(char **rest) {
  char *word = *rest;
  if (!word) return NULL;
  char *space = strchr(word, ' ');
  if (space) *space++ = '\0';
  *rest = space;
  return word;
}

static void parse_type(cg_docs_field *f, char *type) {
  char *angle = strchr(type, '<');
  if (angle) {
    f->vector = true;
    f->bare = *type == 'v';
    type = angle + 1;
    type[strcspn(type, ">")] = '\0';
  }
  f->type = *type == '!' ? type + 1 : type;
}

static void parse_field(cg_docs_field *f, char *word) {
  char *type = strchr(word, ':');
  *type++ = '\0';
  *f = (cg_docs_field){ .name = word, .c_name = word, .text = "" };
  char *dot = strchr(type, '.'), *mark = strchr(type, '?');
  if (mark && dot) {
    *dot = *mark = '\0';
    f->word = type;
    f->bit = (unsigned)strtoul(dot + 1, NULL, 10);
    type = mark + 1;
  }
  parse_type(f, type);
}

cg_docs_field *cg_docs_parse(cg_arena *arena, cg_docs_def *def) {
  char *rest = (char *)(uintptr_t)cg_arena_copy(arena, cg_bytes_of(def->tl)).at;
  size_t most = 1;
  for (const char *p = def->tl; *p; p++) most += *p == ':';
  cg_docs_field *fields = cg_arena_alloc(arena, most * sizeof *fields);
  if (!rest || !fields) return NULL;
  const char *id = strchr(next_word(&rest), '#');
  def->id = (uint32_t)strtoul(id + 1, NULL, 16);
  def->fields = fields;
  for (char *word; (word = next_word(&rest)) && strcmp(word, "=");) {
    if (*word == '{') def->generic = true;
    else parse_field(fields + def->nfields++, word);
  }
  parse_type(&def->result, rest);
  def->result.name = def->result.text = "";
  return fields;
}

const char *cg_docs_c_name(cg_arena *arena, const char *name) {
  char *copy = (char *)(uintptr_t)cg_arena_copy(arena, cg_bytes_of(name)).at;
  for (char *p = copy; p && *p; p++)
    if (*p == '.') *p = '_';
  return copy;
}
