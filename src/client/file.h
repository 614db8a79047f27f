/* SPDX-License-Identifier: MIT */
/* file.h - reads a small file as a whole. */
#ifndef CG_FILE_H
#define CG_FILE_H

#include "buf.h"

/* Appends the file's bytes to `out`. `follow` allows a symbolic link. Errors name the
 * file: NOT_FOUND, IO, UNEXPECTED (not a regular file), LIMIT (larger than `max`
 * bytes), MEMORY. */
cg_err cg_file_read(const char *path, bool follow, size_t max, cg_buf *out,
                    cg_fault *fault);

#endif
