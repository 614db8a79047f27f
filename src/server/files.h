/* SPDX-License-Identifier: MIT */
/*
 * files.h - the server's folder: its lock, its RSA key, the public half for clients.
 * The only file of this folder that touches a file system or asks for randomness.
 */
#ifndef CG_SERVER_FILES_H
#define CG_SERVER_FILES_H

#include "rsa.h"

typedef struct {
  int lock_fd;
  cg_rsa_key *rsa; /* with the private half */
  bool fresh;      /* the key was made just now */
} cg_folder;

/* Opens (or makes, 0700) `dir`, takes its lock, which dies with the process, and reads
 * (or makes, 0600) server.key; server.pub.pem is written anew when it is not that key's.
 * LOCKED, IO, CORRUPT (server.key is damaged: nothing is changed), MEMORY, CRYPTO;
 * `fault` names the file. End with cg_folder_close(). */
CG_MUST_USE cg_err cg_folder_open(cg_folder *f, const char *dir, cg_fault *fault);
void cg_folder_close(cg_folder *f);

/* The system's randomness, as the `fill` of a cg_rng. RANDOM. */
CG_MUST_USE cg_err cg_system_random(void *ctx, void *out, size_t len);

#endif
