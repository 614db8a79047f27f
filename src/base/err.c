/* SPDX-License-Identifier: MIT */
/* err.c - see centigram/error.h for the contract. */
#include "err.h"

#include <stdarg.h>
#include <stdio.h>

const char *cg_err_text(cg_err err) {
  switch (err) {
  case CG_OK: return "no error";
#define X(name, code, text) \
  case CG_E_##name: return text;
    CG_ERR_MAP(X)
#undef X
  }
  return "unknown error";
}

cg_err cg_fail(cg_fault *fault, cg_err err, const char *format, ...) {
  if (!fault) return err;
  fault->err = err;
  va_list args;
  va_start(args, format);
  vsnprintf(fault->text, sizeof fault->text, format, args);
  va_end(args);
  return err;
}
