/* SPDX-License-Identifier: MIT */
/*
 * dc_public.c - the data centres of Telegram itself and the RSA keys that they
 * publish, fingerprints d09d1d85de64fd85 and b25898df208d2603.
 *
 * https://core.telegram.org/api/datacenter
 */
#include "dc_public.h"

#include <string.h>

static const char production_key[] =
    "-----BEGIN RSA PUBLIC KEY-----\n"
    "MIIBCgKCAQEA6LszBcC1LGzyr992NzE0ieY+BSaOW622Aa9Bd4ZHLl+TuFQ4lo4g\n"
    "5nKaMBwK/BIb9xUfg0Q29/2mgIR6Zr9krM7HjuIcCzFvDtr+L0GQjae9H0pRB2OO\n"
    "62cECs5HKhT5DZ98K33vmWiLowc621dQuwKWSQKjWf50XYFw42h21P2KXUGyp2y/\n"
    "+aEyZ+uVgLLQbRA1dEjSDZ2iGRy12Mk5gpYc397aYp438fsJoHIgJ2lgMv5h7WY9\n"
    "t6N/byY9Nw9p21Og3AoXSL2q/2IJ1WRUhebgAdGVMlV1fkuOQoEzR7EdpqtQD9Cs\n"
    "5+bfo3Nhmcyvk5ftB0WkJ9z6bNZ7yxrP8wIDAQAB\n"
    "-----END RSA PUBLIC KEY-----\n";

static const char test_key[] =
    "-----BEGIN RSA PUBLIC KEY-----\n"
    "MIIBCgKCAQEAyMEdY1aR+sCR3ZSJrtztKTKqigvO/vBfqACJLZtS7QMgCGXJ6XIR\n"
    "yy7mx66W0/sOFa7/1mAZtEoIokDP3ShoqF4fVNb6XeqgQfaUHd8wJpDWHcR2OFwv\n"
    "plUUI1PLTktZ9uW2WE23b+ixNwJjJGwBDJPQEQFBE+vfmH0JP503wr5INS1poWg/\n"
    "j25sIWeYPHYeOrFp/eXaqhISP6G+q2IeTaWTXpwZj4LzXq5YOpk4bYEQ6mvRq7D1\n"
    "aHWfYmlEGepfaYR8Q0YqvvhYtMte3ITnuSJs171+GDqpdKcSwHnd6FudwGO4pcCO\n"
    "j4WcDuXc2CTHgH8gFTNhp/Y8/SpDOhvn9QIDAQAB\n"
    "-----END RSA PUBLIC KEY-----\n";

static const char *const production_keys[] = { production_key };
static const char *const test_keys[] = { test_key };

static const cg_dc_address production_dcs[] = { { 1, "149.154.175.53", 443 },
                                                { 2, "149.154.167.51", 443 },
                                                { 3, "149.154.175.100", 443 },
                                                { 4, "149.154.167.91", 443 },
                                                { 5, "91.108.56.130", 443 } };
static const cg_dc_address test_dcs[] = { { 1, "149.154.175.10", 443 },
                                          { 2, "149.154.167.40", 443 },
                                          { 3, "149.154.175.117", 443 } };

static const cg_dc production = { .name = "production",
                                  .this_dc = 2,
                                  .dcs = production_dcs,
                                  .dc_count = 5,
                                  .public_keys = production_keys,
                                  .public_key_count = 1 };
static const cg_dc test = { .name = "test",
                            .test_mode = true,
                            .this_dc = 2,
                            .dcs = test_dcs,
                            .dc_count = 3,
                            .public_keys = test_keys,
                            .public_key_count = 1 };

const cg_dc *cg_dc_public(const char *name) {
  if (!strcmp(name, "production")) return &production;
  return strcmp(name, "test") ? NULL : &test;
}
