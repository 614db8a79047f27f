/* SPDX-License-Identifier: MIT */
/*
 * user.c - a user of the API as TDLib's `user`. What TDLib would have to fetch or to keep
 * a database for (photos, gifts, stories, restrictions) is null.
 */
#include "client.h"
#include "json.h"

#include <centigram/api.h>

#include <stdio.h>

static void put_string(cg_buf *b, const char *key, cg_bytes v) {
  cg_jsonw_key(b, key);
  cg_jsonw_string(b, v);
}

static void put_int(cg_buf *b, const char *key, int64_t v) {
  cg_jsonw_key(b, key);
  cg_jsonw_i64(b, v);
}

static void put_flag(cg_buf *b, const char *key, bool v) {
  cg_jsonw_key(b, key);
  cg_jsonw_bool(b, v);
}

static void put_null(cg_buf *b, const char *key) {
  cg_jsonw_key(b, key);
  cg_jsonw_null(b);
}

#define OPTIONAL(u, field) (TL_HAS(user, u, field) ? (u)->field : (cg_bytes){ 0 })

/* --- names -------------------------------------------------------------------- */

/* Those of the list that are in use, or those that are not. */
static void put_names(cg_buf *b, const char *key, const tl_user *u, bool active) {
  cg_jsonw_key(b, key);
  cg_jsonw_open(b, '[');
  if (active && TL_HAS(user, u, username)) cg_jsonw_string(b, u->username);
  for (uint32_t i = 0; TL_HAS(user, u, usernames) && i < u->usernames.len; i++) {
    const tl_username *name = TL_AS(username, u->usernames.at[i]);
    if (name && TL_HAS(username, name, active) == active)
      cg_jsonw_string(b, name->username);
  }
  cg_jsonw_close(b, ']');
}

static cg_bytes editable(const tl_user *u) {
  for (uint32_t i = 0; TL_HAS(user, u, usernames) && i < u->usernames.len; i++) {
    const tl_username *name = TL_AS(username, u->usernames.at[i]);
    if (name && TL_HAS(username, name, editable)) return name->username;
  }
  return OPTIONAL(u, username);
}

static void put_usernames(cg_buf *b, const tl_user *u) {
  cg_jsonw_key(b, "usernames");
  if (!TL_HAS(user, u, username) && !TL_HAS(user, u, usernames)) {
    cg_jsonw_null(b);
    return;
  }
  cg_td_begin(b, "usernames");
  put_names(b, "active_usernames", u, true);
  put_names(b, "disabled_usernames", u, false);
  put_string(b, "editable_username", editable(u));
  cg_jsonw_key(b, "collectible_usernames");
  cg_jsonw_open(b, '[');
  cg_jsonw_close(b, ']');
  cg_jsonw_close(b, '}');
}

/* --- status, type --------------------------------------------------------------- */

static void put_recently(cg_buf *b, const char *type, bool mine) {
  cg_td_begin(b, type);
  put_flag(b, "by_my_privacy_settings", mine);
}

static void put_status(cg_buf *b, const tl_obj *s) {
  cg_jsonw_key(b, "status");
  switch (s ? s->id : 0) {
  case TL_ID_userStatusOnline:
    cg_td_begin(b, "userStatusOnline");
    put_int(b, "expires", TL_AS(userStatusOnline, s)->expires);
    break;
  case TL_ID_userStatusOffline:
    cg_td_begin(b, "userStatusOffline");
    put_int(b, "was_online", TL_AS(userStatusOffline, s)->was_online);
    break;
#define SOME(name)                                                                       \
  case TL_ID_##name: put_recently(b, #name, TL_HAS(name, TL_AS(name, s), by_me)); break
    SOME(userStatusRecently);
    SOME(userStatusLastWeek);
    SOME(userStatusLastMonth);
#undef SOME
  default: cg_td_begin(b, "userStatusEmpty");
  }
  cg_jsonw_close(b, '}');
}

static void put_type(cg_buf *b, const tl_user *u) {
  bool bot = TL_HAS(user, u, bot), deleted = TL_HAS(user, u, deleted);
  cg_jsonw_key(b, "type");
  cg_td_begin(b, deleted ? "userTypeDeleted" : bot ? "userTypeBot" : "userTypeRegular");
  if (bot && !deleted) {
    put_flag(b, "can_be_edited", TL_HAS(user, u, bot_can_edit));
    put_flag(b, "can_join_groups", !TL_HAS(user, u, bot_nochats));
    put_flag(b, "can_read_all_group_messages", TL_HAS(user, u, bot_chat_history));
    put_flag(b, "has_main_web_app", TL_HAS(user, u, bot_has_main_app));
    put_flag(b, "is_inline", TL_HAS(user, u, bot_inline_placeholder));
    put_string(b, "inline_query_placeholder", OPTIONAL(u, bot_inline_placeholder));
    put_flag(b, "need_location", TL_HAS(user, u, bot_inline_geo));
    put_flag(b, "can_connect_to_business", TL_HAS(user, u, bot_business));
    put_flag(b, "can_be_added_to_attachment_menu", TL_HAS(user, u, bot_attach_menu));
    put_int(b, "active_user_count",
            TL_HAS(user, u, bot_active_users) ? u->bot_active_users : 0);
  }
  cg_jsonw_close(b, '}');
}

/* --- the user ------------------------------------------------------------------- */

static void put_verification(cg_buf *b, const tl_user *u) {
  bool verified = TL_HAS(user, u, verified), scam = TL_HAS(user, u, scam),
       fake = TL_HAS(user, u, fake);
  cg_jsonw_key(b, "verification_status");
  if (!verified && !scam && !fake) {
    cg_jsonw_null(b);
    return;
  }
  cg_td_begin(b, "verificationStatus");
  put_flag(b, "is_verified", verified);
  put_flag(b, "is_scam", scam);
  put_flag(b, "is_fake", fake);
  put_string(b, "bot_verification_icon_custom_emoji_id", CG_LIT("0"));
  cg_jsonw_close(b, '}');
}

/* An int64 is a string. */
static void put_long(cg_buf *b, const char *key, int64_t v) {
  char digits[24];
  snprintf(digits, sizeof digits, "%lld", (long long)v);
  put_string(b, key, cg_bytes_of(digits));
}

/* The colour that was chosen, or `otherwise`. */
static int32_t color_of(const tl_peerColor *c, int32_t otherwise) {
  return c && TL_HAS(peerColor, c, color) ? c->color : otherwise;
}

static int64_t emoji_of(const tl_peerColor *c) {
  return c && TL_HAS(peerColor, c, background_emoji_id) ? c->background_emoji_id : 0;
}

static void put_emoji_status(cg_buf *b, const tl_user *u) {
  const tl_emojiStatus *s =
      TL_HAS(user, u, emoji_status) ? TL_AS(emojiStatus, u->emoji_status) : NULL;
  cg_jsonw_key(b, "emoji_status");
  if (!s) {
    cg_jsonw_null(b);
    return;
  }
  cg_td_begin(b, "emojiStatus");
  cg_jsonw_key(b, "type");
  cg_td_begin(b, "emojiStatusTypeCustomEmoji");
  put_long(b, "custom_emoji_id", s->document_id);
  cg_jsonw_close(b, '}');
  put_int(b, "expiration_date", TL_HAS(emojiStatus, s, until) ? s->until : 0);
  cg_jsonw_close(b, '}');
}

/* Who chose no colour has one of seven, by the id. */
static void put_looks(cg_buf *b, const tl_user *u) {
  const tl_peerColor *name = TL_HAS(user, u, color) ? TL_AS(peerColor, u->color) : NULL;
  const tl_peerColor *profile =
      TL_HAS(user, u, profile_color) ? TL_AS(peerColor, u->profile_color) : NULL;
  put_null(b, "profile_photo");
  put_int(b, "accent_color_id", color_of(name, (int32_t)((uint64_t)u->id % 7)));
  put_long(b, "background_custom_emoji_id", emoji_of(name));
  put_null(b, "upgraded_gift_colors");
  put_int(b, "profile_accent_color_id", color_of(profile, -1));
  put_long(b, "profile_background_custom_emoji_id", emoji_of(profile));
  put_emoji_status(b, u);
}

static void put_relations(cg_buf *b, const tl_user *u) {
  put_flag(b, "is_contact", TL_HAS(user, u, contact));
  put_flag(b, "is_mutual_contact", TL_HAS(user, u, mutual_contact));
  put_flag(b, "is_close_friend", TL_HAS(user, u, close_friend));
  put_verification(b, u);
  put_flag(b, "is_premium", TL_HAS(user, u, premium));
  put_flag(b, "is_support", TL_HAS(user, u, support));
  put_null(b, "restriction_info");
  put_null(b, "active_story_state");
  put_flag(b, "restricts_new_chats", TL_HAS(user, u, contact_require_premium));
}

void cg_td_put_user(cg_buf *b, const tl_obj *object) {
  const tl_user *u = TL_AS(user, object);
  cg_td_begin(b, "user");
  put_int(b, "id", u->id);
  put_string(b, "first_name", OPTIONAL(u, first_name));
  put_string(b, "last_name", OPTIONAL(u, last_name));
  put_usernames(b, u);
  put_string(b, "phone_number", OPTIONAL(u, phone));
  put_status(b, TL_HAS(user, u, status) ? &u->status->o : NULL);
  put_looks(b, u);
  put_relations(b, u);
  put_int(b, "paid_message_star_count",
          TL_HAS(user, u, send_paid_messages_stars) ? u->send_paid_messages_stars : 0);
  put_flag(b, "have_access", !TL_HAS(user, u, min));
  put_type(b, u);
  put_string(b, "language_code", OPTIONAL(u, lang_code));
  put_flag(b, "added_to_attachment_menu", TL_HAS(user, u, attach_menu_enabled));
}
