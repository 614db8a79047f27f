/* SPDX-License-Identifier: MIT */
/* help.c - what clients ask before they log in (login.md 6.2, clients.md 14). */
#include "codec.h"
#include "home.h"
#include "methods.h"

#include <stdlib.h>
#include <string.h>

enum { CONFIG_LIFE_S = 3600, APP_CONFIG_HASH = 1, TEST_DC = 10000 };
#define OLD_GET_APP_CONFIG 0x98914110u /* up to layer 153: answers with JSONValue */

/* The DC that the client believes to be at: with a single DC it is right whatever it
 * says, and TDLib asks for the config without end if it is told otherwise. */
static int32_t this_dc(const cg_op *op) {
  if (op->s->dcs > 1) return cg_dc_of_op(op);
  int32_t dc = abs(op->peer->dc % TEST_DC);
  return dc ? dc : op->s->dc_id;
}

static bool is_test_dc(int32_t dc) {
  return dc >= TEST_DC || dc <= -TEST_DC;
}

/* Where this client can reach the server: the way it came. */
static const char *address(const cg_op *op) {
  const cg_link *l = cg_op_link(op);
  return l && l->conn && *l->conn->local_ip ? l->conn->local_ip : op->s->host;
}

static tl_dcOption dc_option(const cg_op *op, int32_t id) {
  const char *host = address(op);
  tl_dcOption o = { TL_INIT(dcOption), .id = id, .ip_address = cg_bytes_of(host),
                    .port = cg_dc_port(op->s, id) };
  TL_ON(dcOption, &o, this_port_only);
  TL_ON(dcOption, &o, static_);
  if (strchr(host, ':')) TL_ON(dcOption, &o, ipv6);
  return o;
}

/* All that there are, and with a single one the name that the client has for it. */
static uint32_t dc_options(const cg_op *op, tl_dcOption *options, const tl_obj **list) {
  uint32_t count = 0;
  if (op->s->dcs == 1 && this_dc(op) != op->s->dc_id)
    options[count++] = dc_option(op, this_dc(op));
  for (int32_t i = 0; i < op->s->dcs; i++)
    options[count++] = dc_option(op, op->s->dcs == 1 ? op->s->dc_id : i + 1);
  for (uint32_t i = 0; i < count; i++) list[i] = &options[i].o;
  return count;
}

static void fill_limits(tl_config *c) {
  c->chat_size_max = 200;
  c->megagroup_size_max = 200000;
  c->forwarded_count_max = 100;
  c->online_update_period_ms = 210000;
  c->offline_blur_timeout_ms = 5000;
  c->offline_idle_timeout_ms = 30000;
  c->online_cloud_timeout_ms = 300000;
  c->notify_cloud_delay_ms = 30000;
  c->notify_default_delay_ms = 1500;
  c->push_chat_period_ms = 60000;
  c->push_chat_limit = 2;
  c->edit_time_limit = 172800;
  c->revoke_time_limit = INT32_MAX;
  c->revoke_pm_time_limit = INT32_MAX;
  c->rating_e_decay = 2419200;
  c->stickers_recent_limit = 200;
  c->channels_read_media_period = 604800;
  c->call_receive_timeout_ms = 20000;
  c->call_ring_timeout_ms = 90000;
  c->call_connect_timeout_ms = 30000;
  c->call_packet_timeout_ms = 10000;
  c->caption_length_max = 1024;
  c->message_length_max = 4096;
}

void cg_help_get_config(cg_op *op) {
  int32_t dc = this_dc(op), now = (int32_t)cg_unix(op->s->now_us);
  tl_dcOption options[CG_DCS_MAX + 1];
  const tl_obj *list[CG_DCS_MAX + 1];
  tl_config c = { TL_INIT(config), .date = now, .expires = now + CONFIG_LIFE_S,
                  .test_mode = is_test_dc(op->peer->dc), .this_dc = dc,
                  .dc_options = { list, dc_options(op, options, list) },
                  .me_url_prefix = CG_LIT("https://t.me/"), .webfile_dc_id = dc };
  fill_limits(&c);
  cg_op_answer(op, &c.o);
}

void cg_help_get_nearest_dc(cg_op *op) {
  int32_t nearest = op->s->dcs > 1 ? op->s->dc_id : this_dc(op);
  tl_nearestDc n = { TL_INIT(nearestDc), .country = cg_bytes_of(op->s->set.country),
                     .this_dc = this_dc(op), .nearest_dc = nearest };
  cg_op_answer(op, &n.o);
}

void cg_help_get_app_config(cg_op *op) {
  const tl_help_getAppConfig *q = TL_AS(help_getAppConfig, op->request);
  static const tl_jsonObject empty = { TL_INIT(jsonObject) };
  static const tl_help_appConfigNotModified same = { TL_INIT(help_appConfigNotModified) };
  tl_help_appConfig config = { TL_INIT(help_appConfig), .hash = APP_CONFIG_HASH,
                               .config = &empty.JSONValue };
  if (op->call.method == OLD_GET_APP_CONFIG) cg_op_answer(op, &empty.o);
  else cg_op_answer(op, q->hash == APP_CONFIG_HASH ? &same.o : &config.o);
}

void cg_help_accept_terms(cg_op *op) {
  cg_op_true(op);
}
