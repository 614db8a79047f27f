/* SPDX-License-Identifier: MIT */
/* init.c - see init.h for the contract. */
#include "init.h"

#include <string.h>

/* Names of language packs are short words: "android", "tdesktop", "" for none. */
static bool good_lang_pack(cg_bytes name) {
  if (name.len > 15) return false;
  for (size_t i = 0; i < name.len; i++)
    if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", name.at[i]) || !name.at[i])
      return false;
  return true;
}

const char *cg_init_fault(const cg_settings *set, const cg_unwrapped *u) {
  if (!cg_settings_app_known(set, u->api_id)) return "CONNECTION_API_ID_INVALID";
  if (!u->device.len) return "CONNECTION_DEVICE_MODEL_EMPTY";
  if (!u->system.len) return "CONNECTION_SYSTEM_EMPTY";
  if (!u->app.len) return "CONNECTION_APP_VERSION_EMPTY";
  if (!u->system_lang.len) return "CONNECTION_SYSTEM_LANG_CODE_EMPTY";
  if (!good_lang_pack(u->lang_pack)) return "CONNECTION_LANG_PACK_INVALID";
  return NULL;
}

static void copy(char *out, size_t size, cg_bytes text) {
  size_t len = text.len < size ? text.len : size - 1;
  while (len < text.len && len && (text.at[len] & 0xc0) == 0x80) len--;
  if (len) memcpy(out, text.at, len);
  for (size_t i = 0; i < len; i++)
    if (!out[i]) out[i] = ' ';
  out[len] = '\0';
}

void cg_init_fill(const cg_unwrapped *u, int32_t layer, cg_store_init *out) {
  *out = (cg_store_init){ .layer = layer, .api_id = u->api_id };
  copy(out->device, sizeof out->device, u->device);
  copy(out->system, sizeof out->system, u->system);
  copy(out->app, sizeof out->app, u->app);
  copy(out->lang, sizeof out->lang, u->lang);
  copy(out->lang_pack, sizeof out->lang_pack, u->lang_pack);
}

static uint64_t mix(uint64_t h, const void *bytes, size_t len) {
  for (size_t i = 0; i < len; i++)
    h = (h ^ ((const uint8_t *)bytes)[i]) * UINT64_C(0x100000001b3);
  return h;
}

uint64_t cg_init_digest(const cg_store_init *init) {
  uint64_t h = mix(UINT64_C(0xcbf29ce484222325), &init->layer, sizeof init->layer);
  h = mix(h, &init->api_id, sizeof init->api_id);
  h = mix(h, init->device, strlen(init->device) + 1);
  h = mix(h, init->system, strlen(init->system) + 1);
  h = mix(h, init->app, strlen(init->app) + 1);
  h = mix(h, init->lang, strlen(init->lang) + 1);
  return mix(h, init->lang_pack, strlen(init->lang_pack) + 1);
}
