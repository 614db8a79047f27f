/* SPDX-License-Identifier: MIT */
/* c_names.h - names of the schema as names in C; shared by the generators, so that the
 * header and the examples in the documentation agree. */
#ifndef CG_TOOLS_C_NAMES_H
#define CG_TOOLS_C_NAMES_H

#include <stdio.h>
#include <string.h>

typedef struct { char at[128]; } identifier;

/* A schema's name as a C name. */
static inline identifier c_name(const char *name) {
  identifier out;
  snprintf(out.at, sizeof out.at - 1, "%s", name);
  for (char *p = out.at; *p; p++)
    if (*p == '.') *p = '_';
  return out;
}

/* The same for a field, which must be no keyword of C or C++. */
static inline identifier c_field(const char *name) {
  identifier out = c_name(name);
  static const char *const taken[] = {
    "auto", "bool", "break", "case", "catch", "char", "class", "const", "continue",
    "default", "delete", "do", "double", "else", "enum", "explicit", "export", "extern",
    "false", "float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable",
    "namespace", "new", "operator", "private", "protected", "public", "register",
    "return", "short", "signed", "sizeof", "static", "struct", "switch", "template",
    "this", "throw", "true", "try", "typedef", "typename", "union", "unsigned", "using",
    "virtual", "void", "volatile", "while", "and", "or", "not", "xor", "o", "has",
  };
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
    if (!strcmp(name, taken[i])) strcat(out.at, "_");
  return out;
}

#endif
