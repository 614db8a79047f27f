/* SPDX-License-Identifier: MIT */
/*
 * session_file.h - a session file on disk: locked, read, replaced.
 *
 * The lock is on FILE.lock beside the file, because replacing FILE by rename would
 * leave a lock on the old one behind; it dies with its process and is never deleted.
 * A crash at any point leaves the old or the new file whole (protocol.md 317, 320).
 */
#ifndef CG_SESSION_FILE_H
#define CG_SESSION_FILE_H

#include "rng.h"
#include "session_data.h"
#include "session_seal.h"

/* Takes the lock without waiting and sweeps up what writers that were killed left
 * behind. *fd is to be closed to give it back. LOCKED: somebody has it; NOT_FOUND: no
 * such folder; IO; each names the file. */
cg_err cg_session_lock(const char *path, int *fd, cg_fault *fault);

/* Reads the file into `out`, which is emptied first. `seal` (may be NULL) opens a sealed
 * one. NOT_FOUND, IO, CORRUPT, REFUSED (it is sealed and there is no passphrase), VERIFY
 * (the passphrase is wrong), MEMORY, CRYPTO; each names the file. Needs no lock: a file
 * is whole at any moment. */
cg_err cg_session_read(const char *path, cg_seal *seal, cg_session_data *out,
                       cg_fault *fault);

/* cg_seal_init() for this file, with a line in `fault` if it fails. */
CG_MUST_USE cg_err cg_session_seal(const char *path, const char *passphrase, cg_seal *out,
                                   cg_fault *fault);

/* OK if there is a session file that can be read, or none. To be asked before the lock, so
 * that no FILE.lock is left beside what is not ours. Errors as those of reading. */
cg_err cg_session_look(const char *path, cg_seal *seal, cg_fault *fault);

/* Replaces the file, durably: when it returns CG_OK the new one survives a crash.
 * It is sealed if `seal` (may be NULL) has a passphrase. The caller holds the lock. IO,
 * MEMORY, CRYPTO, RANDOM; each names the file. */
cg_err cg_session_write(const char *path, cg_seal *seal, const cg_session_data *d,
                        const cg_rng *rng, cg_fault *fault);

/* Removes the file, durably; the lock file stays. No file: OK. IO, MEMORY, which name the
 * file. The caller holds the lock. */
cg_err cg_session_remove(const char *path, cg_fault *fault);

#endif
